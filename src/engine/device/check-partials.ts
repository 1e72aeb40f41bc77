import { pairIndex } from '../../aggregation/index.ts'
import type { Kernels } from '../../aggregation/index.ts'

/** Sum of the weights of a check at most. Either side of the check is then at most (2^13 * 127)^2 * 8192 < 2^53, exact in a number. */
const WEIGHTS = 8192

/** No inner product over a segment is larger: 8192 * 127^2. */
const LARGEST = 8192 * 127 ** 2

/**
 * Whether `sums` can be the inner products of the rows over a segment. With weights x_i drawn anew, `Σ_ij x_i x_j G_ij`
 * must be `|Σ_i x_i q_i|²`, which costs O(rows · 8192) instead of O(rows² · 8192) (after Freivalds, Probabilistic
 * machines can use less running time, 1977). No weight is 0, so a single wrong sum is always found; any other error
 * passes with a chance of at most 2 / ⌊8192 / rows⌋ (Schwartz–Zippel): 1 in 31 at 132 rows.
 *
 * @param rows at most 132 of one length, a multiple of 256 and at most 8192
 * @param sums as `Kernels.gramSegment` writes them
 * @param random numbers in [0, 1)
 */
export function partialsAgree(
  kernels: Pick<Kernels, 'weightedSum'>,
  rows: readonly Int8Array[],
  sums: Int32Array,
  random: () => number = Math.random,
): boolean {
  const most = Math.floor(WEIGHTS / rows.length)
  const weights = rows.map(() => 1 + Math.floor(random() * most))
  let form = 0
  for (let i = 0; i < rows.length; i++) {
    let line = 0
    for (let j = 0; j <= i; j++) {
      const sum = sums[pairIndex(i, j)]!
      if (Math.abs(sum) > LARGEST) return false
      line += (j < i ? 2 : 1) * weights[j]! * sum
    }
    form += weights[i]! * line
  }
  const mixed = new Int32Array(rows[0]!.length)
  kernels.weightedSum(rows, weights, mixed)
  let norm = 0
  for (let k = 0; k < mixed.length; k++) norm += mixed[k]! * mixed[k]!
  return form === norm
}
