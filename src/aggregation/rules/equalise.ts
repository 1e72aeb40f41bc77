import { isqrt, weightedLowerMedian } from './integer-math.ts'

/** Updates scaled to one norm, seen through their Gram matrix. */
export interface Equalised {
  /** isqrt(G_ii). */
  norms: bigint[]
  /** Stake-weighted lower median of the norms. */
  target: bigint
  /** a_i in 1/65536. */
  scales: bigint[]
  /** H_ij = floor(a_i a_j G_ij / 2^16), inner products of the scaled updates with 16 fractional bits. */
  gram: bigint[][]
}

/**
 * Scales every update to the stake-median norm, up as well as down (clipping only from above lets small-norm attacks win), by a factor
 * of at most `cap`.
 *
 * Bound: norms are below 2^22, so a_i · norm_i <= 2^16 · max(target, norm_i) <= 2^38 and |H| < 2^61.
 */
export function equalise(gram: readonly (readonly bigint[])[], stakes: readonly bigint[], capQ16: number): Equalised {
  const cap = BigInt(capQ16)
  const least = (1n << 32n) / cap
  const norms = gram.map((row, i) => isqrt(row[i]!))
  const target = weightedLowerMedian(norms, stakes)
  const scales = norms.map((norm) => {
    const wanted = (target << 16n) / (norm > 0n ? norm : 1n)
    return wanted < least ? least : wanted > cap ? cap : wanted
  })
  const equal = gram.map((row, i) => row.map((g, j) => (scales[i]! * scales[j]! * g) >> 16n))
  return { norms, target, scales, gram: equal }
}
