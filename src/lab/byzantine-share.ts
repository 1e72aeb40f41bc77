import type { LabRule } from '../aggregation/index.ts'
import type { Cell } from './grid.ts'

/**
 * F in basis points that a rule is told to withstand: the attackers' share. Rules that withstand nobody are told 0, as a task with the mean is, so that the
 * lab can show what then happens.
 */
export function byzantineShare(rule: Pick<LabRule, 'unsafe' | 'publicRow'>, { members, byzantine }: Cell): number {
  const stakes = Array.from({ length: 100 }, () => 1n)
  const withstands = (byzantineBps: number): boolean =>
    rule.unsafe({ stakes, byzantineBps, publicRow: rule.publicRow }) === undefined
  if (withstands(0) && !withstands(1)) return 0
  return Math.ceil((10_000 * byzantine) / members)
}
