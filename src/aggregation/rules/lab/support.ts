import { compare, floorDiv, isqrt, sum } from '../integer-math.ts'

/** Shares of stake are counted in basis points of a unit. */
const BPS = 10_000n
/** A cosine of 1. */
const ONE = 1n << 16n
/** Support below which an odd row may be rejected where members hardly agree: a cosine of −1/8. */
export const LEAST_SUPPORT = -(1n << 13n)
/** Agreement from which on a row needs more support: a cosine of 1/8. */
const LITTLE_AGREEMENT = 1n << 13n

export interface Support {
  /** What the others say for each row, in 1/65536. */
  rows: bigint[]
  /** A row that is odd may be rejected if it has less than this, in 1/65536. */
  least: bigint
}

/**
 * What the others say for each row, when those are left out that say most against it: the mean by stake of its cosines with the other rows, without
 * the F of all stake whose cosines are smallest.
 *
 *     t_i = floor(Σ_j k_ij cos_ij / Σ_j k_ij),    cos_ij = floor(2^16 H_ij / isqrt(H_ii H_jj)),    k_ij: what is left of 10000 s_j
 *
 * A row that is more than twice as long as rows with 1/2 + F of the stake has the least support there is, −1. One that holds so much that nothing is left of the others has
 * the most, 1.
 *
 * How much a row needs follows from how much the members agree. `u_i` is the same mean without the F of the stake whose cosines are *largest*, and `M` the lower median of `u` by stake:
 *
 *     least = −1/8 + 3/2 max(0, M − 1/8)
 *
 * Whoever holds F of the stake can neither take support away nor feign agreement. Whatever their rows are, `t_i` is at least the mean of the cosines with all other honest rows,
 * and `M` at most that mean of honest rows with 1/2 − F of the stake; a row has length against it only if more than half of the stake is of honest rows less than half as long
 * (docs/robustness.md §4.10).
 *
 * @param equalised n x n inner products H, |H| < 2^61
 * @param norms lengths before they were made equal
 * @param stakes below 2^110 each, not all 0
 * @example const { rows, least } = supportOf(equal.gram, equal.norms, stakes, spec.byzantineBps)
 */
export function supportOf(
  equalised: readonly (readonly bigint[])[],
  norms: readonly bigint[],
  stakes: readonly bigint[],
  byzantineBps: number,
): Support {
  const total = sum(stakes)
  const against = total * BigInt(byzantineBps)
  const said = stakes.map((_, i) => {
    const square = equalised[i]![i]!
    const cosines = equalised[i]!.map((product, j) => {
      const root = isqrt(square * equalised[j]![j]!)
      return floorDiv(product << 16n, root > 0n ? root : 1n)
    })
    const smallestFirst = stakes
      .map((stake, j) => ({ j, stake, cosine: cosines[j]! }))
      .filter(({ j }) => j !== i)
      .sort((a, b) => compare(a.cosine, b.cosine))
    return { withoutWorst: meanWithout(smallestFirst, against), withoutBest: meanWithout(smallestFirst.toReversed(), against) }
  })
  const rows = said.map(({ withoutWorst }, i) => {
    const shorter = sum(stakes.filter((_, j) => 2n * norms[j]! < norms[i]!))
    return shorter * BPS >= total * 5000n + against ? -ONE : withoutWorst
  })
  const agreement = lowerMedian(
    said.map(({ withoutBest }) => withoutBest),
    stakes,
  )
  const more = agreement > LITTLE_AGREEMENT ? (3n * (agreement - LITTLE_AGREEMENT)) / 2n : 0n
  return { rows, least: LEAST_SUPPORT + more }
}

/** The mean of cosines by stake, without the first of them that hold `out` basis points of a unit of stake together; 1 if nothing is left. */
function meanWithout(cosines: readonly { stake: bigint; cosine: bigint }[], out: bigint): bigint {
  let left = out
  let kept = 0n
  let spoken = 0n
  for (const { stake, cosine } of cosines) {
    const whole = stake * BPS
    const part = whole > left ? whole - left : 0n
    left -= whole - part
    kept += part
    spoken += part * cosine
  }
  return kept > 0n ? floorDiv(spoken, kept) : ONE
}

/** The least value such that values up to it hold at least half of the stake. */
function lowerMedian(values: readonly bigint[], stakes: readonly bigint[]): bigint {
  const total = sum(stakes)
  const order = values.map((value, i) => ({ value, stake: stakes[i]! })).sort((a, b) => compare(a.value, b.value))
  let below = 0n
  for (const { value, stake } of order) {
    below += stake
    if (2n * below >= total) return value
  }
  return -ONE
}
