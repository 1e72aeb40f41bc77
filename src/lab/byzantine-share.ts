import type { LabRule } from '../aggregation/index.ts'
import type { Cell } from './grid.ts'

/**
 * F in basis points that a rule must tolerate: the attackers' share. Rules without tolerance get 0, as in a task with
 * the mean, so that the lab can show the result. Attackers may all sit in different buckets, so F counts buckets; at most a quarter of them.
 */
export function byzantineShare(
  rule: Pick<LabRule, 'unsafe' | 'publicRow'>,
  { members, byzantine }: Cell,
  bucket?: number,
): number {
  const stakes = Array.from({ length: 100 }, () => 1n)
  const withstands = (byzantineBps: number): boolean =>
    rule.unsafe({ stakes, byzantineBps, publicRow: rule.publicRow }) === undefined
  if (withstands(0) && !withstands(1)) return 0
  if (bucket !== undefined) return Math.min(2500, Math.ceil((10_000 * byzantine) / Math.floor(members / bucket)))
  return Math.ceil((10_000 * byzantine) / members)
}
