import { compare, dot, floorDiv, isqrt, sum, weightedLowerMedian } from './integer-math.ts'
import { between, BPS } from './left-out.ts'

/** A cosine of 1. */
const ONE = 1n << 16n
/** A cosine of 1/8. */
const EIGHTH = 1n << 13n
/** A cosine of 3/16: how much the others have to say against a row where they hardly agree. */
const OPPOSED = 3n << 12n

export interface Support {
  /** `t`: what the others say for each row, in 1/65536. */
  rows: bigint[]
  /** `M`: the stake-median of `t`, how much the members agree. */
  median: bigint
  /** A row that is odd may be rejected if it has less than this, in 1/65536. */
  least: bigint
}

/**
 * What the others say for each row, when those are left out that say most against it and those that say most for it: the mean by stake of its cosines with the other rows, without
 * the F of all stake whose cosines are smallest and the F whose cosines are largest.
 *
 *     t_i = floor(Σ_j k_ij cos_ij / Σ_j k_ij),    cos_ij = floor(2^16 H_ij / isqrt(H_ii H_jj)),    k_ij: what is left of 10000 s_j, j ≠ i
 *
 * It is 0 where nothing is left of the others. A row that is more than twice as long as rows with min(1/2 + F, 1 − F) of the stake has the least support there is, −1. How much a row needs follows
 * from how much the members agree, the lower median `M` of `t` by stake:
 *
 *     least = −3/16 + 1/2 max(0, M − 1/8)
 *
 * Whoever holds F of the stake can neither take support from a row nor lend it any. Whatever their rows are, `t_i` of another row is at least the mean of its cosines with the honest rows without the F that say
 * most for it, and `t_i` of their own at most that mean without the F that say most against it; a row has length against it only if honest rows with min(1/2, 1 − 2F) of the stake
 * are less than half as long (docs/robustness.md §4.10).
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
  const out = total * BigInt(byzantineBps)
  // Of rows so much shorter, F may be of a coalition. Nor may a coalition need itself for them.
  const half = total * (BPS / 2n) + out
  const most = half < total * BPS - out ? half : total * BPS - out
  const rows = stakes.map((_, i) => {
    const shorter = sum(stakes.filter((__, j) => 2n * norms[j]! < norms[i]!))
    return shorter * BPS >= most ? -ONE : meanCosine(equalised, stakes, i, out)
  })
  const median = weightedLowerMedian(rows, stakes)
  return { rows, median, least: leastSupport(median) }
}

/** The support that an odd row needs to stay, given how much the members agree; all in 1/65536. */
export function leastSupport(median: bigint): bigint {
  const agreement = median > EIGHTH ? median - EIGHTH : 0n
  return agreement / 2n - OPPOSED
}

/** The mean cosine of a row with the others by stake, without `out` basis points of a unit at either end; 0 if nothing is left. */
function meanCosine(equalised: readonly (readonly bigint[])[], stakes: readonly bigint[], row: number, out: bigint): bigint {
  const square = equalised[row]![row]!
  const others = stakes
    .map((stake, j) => {
      const root = isqrt(square * equalised[j]![j]!)
      return { j, stake, cosine: floorDiv(equalised[row]![j]! << 16n, root > 0n ? root : 1n) }
    })
    .filter(({ j }) => j !== row)
    .sort((a, b) => compare(a.cosine, b.cosine))
  const stays = between(
    others.map(({ stake }) => stake),
    out,
  )
  const kept = sum(stays)
  const cosines = others.map(({ cosine }) => cosine)
  return kept > 0n ? floorDiv(dot(stays, cosines), kept) : 0n
}
