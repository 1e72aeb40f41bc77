import { QuorateError } from '../../core/errors.ts'
import { MAX_MEMBERS, RuleId } from '../../protocol/types.ts'
import type { RuleSpec } from '../../protocol/types.ts'
import { sum } from './integer-math.ts'

/** Total stake a rule can carry: with 16 bits of trust, 14 of basis points, 64 of mixing weight and 32 of scale, 110 bits stay inside an i256. */
export const MAX_TOTAL_STAKE = 1n << 110n

/**
 * Refuses a round that no mathematics protects. `stakes` are those of the rows that may take part.
 *
 * - No rule survives a Byzantine share of one half: the attacker then is the majority (breakdown point of translation-equivariant
 *   estimators, Lopuhaä & Rousseeuw 1991; for robust aggregation Allouah et al. 2023, proposition 6: κ is unbounded as F → 1/2).
 * - The weighted mean has breakdown point 0: one row moves it anywhere. It is safe for F = 0 only.
 * - With F > 0 at least three rows of positive stake are needed: of two rows that disagree nothing in G tells which is the outlier.
 *
 * @throws QuorateError RULE_UNSAFE for the above, SPEC_INVALID when a parameter is out of its range
 */
export function assertSafe(stakes: readonly bigint[], spec: RuleSpec): void {
  const rows = stakes.filter((stake) => stake > 0n).length
  const details = { rule: spec.rule, byzantineBps: spec.byzantineBps, rows }
  if (spec.capQ16 < 65_536) invalid('capQ16', 'is at least 65536 (a factor of 1)')
  if (spec.byzantineBps > 10_000) invalid('byzantineBps', 'is at most 10000')
  if (sum(stakes) >= MAX_TOTAL_STAKE) invalid('stakes', 'sum to less than 2^110 units')
  if (stakes.length > MAX_MEMBERS) invalid('members', `are at most ${MAX_MEMBERS}`)
  const unsafe = (message: string): never => {
    throw new QuorateError('RULE_UNSAFE', message, { details })
  }
  if (rows === 0) unsafe('no row has stake')
  if (spec.byzantineBps === 0) return
  if (spec.byzantineBps >= 5000)
    unsafe(`a Byzantine share of ${spec.byzantineBps / 100} % leaves no honest majority: it must be below 50 %`)
  if (spec.rule === RuleId.mean)
    unsafe('the weighted mean tolerates no Byzantine member: set byzantineBps to 0 or use the filter')
  if (rows < 3)
    unsafe(`${rows} rows do not show which row is the outlier: a Byzantine share above 0 needs at least 3 rows with stake`)
}

function invalid(field: string, rule: string): never {
  throw new QuorateError('SPEC_INVALID', `${field} ${rule}`, { details: { field } })
}
