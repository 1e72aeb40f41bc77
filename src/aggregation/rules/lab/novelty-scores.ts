import { weightedLowerMedian } from '../integer-math.ts'
import { alignment, smoothPositive } from '../score.ts'

/** 1 with 32 fractional bits. */
const ONE = 1n << 32n

/**
 * Scores of the default rule before support: the smoothed cosine of each row with the new part of the sum, at most that of the median row, times four
 * times the row's company over the median one, at most 1. The centre and the company are those of all rows, so that a coalition is part of both: docs/robustness.md §5.1.
 *
 * @param residual n x n, of `residualGram`
 */
export function noveltyScores(
  gram: readonly (readonly bigint[])[],
  residual: readonly (readonly bigint[])[],
  stakes: readonly bigint[],
  weights: readonly number[],
  rejected: readonly boolean[],
): bigint[] {
  const { cosines } = alignment(gram, weights, residual)
  const company = companyOfAll(residual, weights)
  const [middle, usual] = [weightedLowerMedian(cosines, stakes), weightedLowerMedian(company, stakes)]
  const full = 1n << 16n
  return stakes.map((stake, i) => {
    if (rejected[i]) return 0n
    const along = smoothPositive(cosines[i]! < middle ? cosines[i]! : middle)
    const wanted = usual > 0n ? (company[i]! << 18n) / usual : full
    return stake * ((along * (wanted < full ? wanted : full)) >> 16n)
  })
}

/**
 * How much each row has to do with the others: `E_i = Σ_j β_j x_ij (2^32 − x_ij)` with the squared cosine `x_ij = R_ij²
 * / (R_ii R_jj)` in 1/2^32. A row gets no company from itself, from its twins (x = 1) or from independent rows (x = 0).
 * Noise therefore has almost none, however its sender splits it.
 *
 * Bound: E < 2^16 · 2^62.
 *
 * @param residual n x n, of `residualGram`
 */
function companyOfAll(residual: readonly (readonly bigint[])[], weights: readonly number[]): bigint[] {
  return residual.map((row, i) =>
    row.reduce((total, product, j) => {
      const squares = residual[i]![i]! * residual[j]![j]!
      const wanted = squares > 0n ? ((product * product) << 32n) / squares : 0n
      // Floors can push a cosine past 1.
      const x = wanted > ONE ? ONE : wanted
      return total + BigInt(weights[j]!) * x * (ONE - x)
    }, 0n),
  )
}
