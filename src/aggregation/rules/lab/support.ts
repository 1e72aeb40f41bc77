import { compare, floorDiv, isqrt, sum } from '../integer-math.ts'

/** Shares of stake are counted in basis points of a unit. */
const BPS = 10_000n
/** A cosine of 1. */
const ONE = 1n << 16n
/** Support below which an odd row may be rejected: a cosine of −1/8. */
export const LEAST_SUPPORT = -(1n << 13n)

/**
 * What the others say for each row, in 1/65536, when those are left out that say most against it: the mean by stake of its cosines with the other rows, without
 * the F of all stake whose cosines are smallest.
 *
 *     t_i = floor(Σ_j k_ij cos_ij / Σ_j k_ij),    cos_ij = floor(2^16 H_ij / isqrt(H_ii H_jj)),    k_ij: what is left of 10000 s_j
 *
 * A row that is more than twice as long as rows with 1/2 + F of the stake has the least support there is, −1. One that holds so much that nothing is left of the others has
 * the most, 1.
 *
 * Whoever holds F of the stake cannot take support away. Whatever their rows are, `t_i` is at least the mean of the cosines with all other rows of honest members; and
 * a row has length against it only if more than half of the stake is of honest rows less than half as long (docs/robustness.md §4.10).
 *
 * @param equalised n x n inner products H, |H| < 2^61
 * @param norms lengths before they were made equal
 * @param stakes below 2^110 each, not all 0
 * @example const support = supportOf(equal.gram, equal.norms, stakes, spec.byzantineBps)
 */
export function supportOf(
  equalised: readonly (readonly bigint[])[],
  norms: readonly bigint[],
  stakes: readonly bigint[],
  byzantineBps: number,
): bigint[] {
  const total = sum(stakes)
  const against = total * BigInt(byzantineBps)
  return stakes.map((_, i) => {
    const shorter = sum(stakes.filter((_, j) => 2n * norms[j]! < norms[i]!))
    if (shorter * BPS >= total * 5000n + against) return -ONE
    const square = equalised[i]![i]!
    const cosines = equalised[i]!.map((product, j) => {
      const root = isqrt(square * equalised[j]![j]!)
      return floorDiv(product << 16n, root > 0n ? root : 1n)
    })
    const order = stakes
      .map((_, j) => j)
      .filter((j) => j !== i)
      .sort((a, b) => compare(cosines[a]!, cosines[b]!))
    let out = against
    let kept = 0n
    let spoken = 0n
    for (const j of order) {
      const whole = stakes[j]! * BPS
      const part = whole > out ? whole - out : 0n
      out -= whole - part
      kept += part
      spoken += part * cosines[j]!
    }
    return kept > 0n ? floorDiv(spoken, kept) : ONE
  })
}
