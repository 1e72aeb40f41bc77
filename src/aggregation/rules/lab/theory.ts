import { sum } from '../integer-math.ts'
import type { Cohort } from './lab-rule.ts'

const BPS = 10_000n

const percent = (bps: number): string => `${bps / 100} %`

/** The rule withstands nobody: safe for F = 0 only. */
export function noByzantine(reason: string): (cohort: Cohort) => string | undefined {
  return ({ byzantineBps }) => (byzantineBps > 0 ? `${reason}: it tolerates no Byzantine member` : undefined)
}

/** F < 1/2 and, with F > 0, at least three rows: what every rule needs. */
export function honestMajority({ stakes, byzantineBps }: Cohort): string | undefined {
  if (byzantineBps === 0) return undefined
  if (byzantineBps >= 5000)
    return `a Byzantine share of ${percent(byzantineBps)} leaves no honest majority: it must be below 50 %`
  if (stakes.length < 3)
    return `${stakes.length} rows do not show which row is the outlier: a Byzantine share above 0 needs at least 3 rows with stake`
  return undefined
}

/** Blanchard et al. 2017, proposition 1: n > 2 f + 2; in stake (1 − 2F) Σ s > 2 max s. */
export function krumCondition(cohort: Cohort): string | undefined {
  const general = honestMajority(cohort)
  if (general !== undefined || cohort.byzantineBps === 0) return general
  const { stakes, byzantineBps } = cohort
  const largest = stakes.reduce((a, b) => (a > b ? a : b), 0n)
  const spare = (BPS - 2n * BigInt(byzantineBps)) * sum(stakes)
  return spare > 2n * largest * BPS
    ? undefined
    : `Krum needs n > 2f + 2: beyond twice the Byzantine share of ${percent(byzantineBps)} more stake must be left than the two largest of ${stakes.length} rows hold`
}

/** Theory up to a smaller share than one half. */
export function atMost(limitBps: number, name: string): (cohort: Cohort) => string | undefined {
  return (cohort) =>
    honestMajority(cohort) ??
    (cohort.byzantineBps > limitBps
      ? `${name} has a proof for a Byzantine share up to ${percent(limitBps)}, not ${percent(cohort.byzantineBps)}`
      : undefined)
}

/** F < 1/2 and a public row that no attacker shaped. */
export function needsRow(kind: 'past' | 'root', name: string): (cohort: Cohort) => string | undefined {
  return (cohort) => {
    if (cohort.publicRow === kind) return honestMajority(cohort)
    const row = kind === 'root' ? 'a row trained on a public root set' : 'the sum of past aggregates'
    return `${name} needs ${row} as public row`
  }
}
