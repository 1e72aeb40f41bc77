import { floorDiv } from './integer-math.ts'
import type { Gram } from '../gram.ts'

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
