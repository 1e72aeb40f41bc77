import type { SubjectScore } from '../../chain/index.ts'

export interface Alert extends SubjectScore {
  /** Too old: contracts refuse it. */
  stale: boolean
}

/** Scores from a threshold on, highest first; of equal ones the newest first. `now` is a unix second, `maxAge` seconds. */
export function rankAlerts(
  scores: readonly SubjectScore[],
  { threshold, maxAge, now }: { threshold: bigint; maxAge: number; now: bigint },
): Alert[] {
  return scores
    .filter(({ value }) => value >= threshold)
    .toSorted((a, b) => (a.value === b.value ? Number(b.time - a.time) : a.value < b.value ? 1 : -1))
    .map((score) => ({ ...score, stale: now >= score.time + BigInt(maxAge) }))
}
