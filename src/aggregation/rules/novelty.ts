import { floorDiv, weightedLowerMedian } from './integer-math.ts'
import type { Gram } from '../gram.ts'

/** 1 with 32 fractional bits. */
const ONE = 1n << 32n

/**
 * Inner products of the updates without their part along the public row ρ: `R_ij = floor((G_ij ρρ − g_i g_j) / ρρ)` with `g_i = ⟨u_i, ρ⟩` and
 * `ρρ = ⟨ρ, ρ⟩`. While ρ is zero nothing is left out.
 *
 * Bound: |R| < 2^45 as |G| < 2^44; the products stay below 2^89.
 *
 * @param gram members first, ρ last
 */
export function residualGram(gram: Pick<Gram, 'size' | 'matrix'>): bigint[][] {
  const { size, matrix } = gram
  const n = size - 1
  const at = (i: number, j: number): bigint => BigInt(matrix[i * size + j]!)
  const square = at(n, n)
  const members = Array.from({ length: n }, (_, i) => i)
  return members.map((i) =>
    members.map((j) => (square === 0n ? at(i, j) : floorDiv(at(i, j) * square - at(i, n) * at(j, n), square))),
  )
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
export function companyOf(residual: readonly (readonly bigint[])[], weights: readonly number[]): bigint[] {
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

/** Stake-weighted lower medians that pay is measured by. */
export interface PayMedians {
  cosine: bigint
  company: bigint
}

export function payMedians(cosines: readonly bigint[], company: readonly bigint[], stakes: readonly bigint[]): PayMedians {
  return { cosine: weightedLowerMedian(cosines, stakes), company: weightedLowerMedian(company, stakes) }
}

/**
 * Pay for each unit of stake in 1/65536: the smoothed cosine, at most that of the median row, times four times the
 * row's company over the median one, at most 1. A row that is nearer to the centre than most earns no more than they
 * do; whose update nothing else speaks for or against earns next to nothing.
 */
export function noveltyPay(cosine: bigint, company: bigint, medians: PayMedians, smooth: (cosine: bigint) => bigint): bigint {
  const along = smooth(cosine < medians.cosine ? cosine : medians.cosine)
  const full = 1n << 16n
  const wanted = medians.company > 0n ? (company << 18n) / medians.company : full
  return (along * (wanted < full ? wanted : full)) >> 16n
}
