import type { Gram } from '../gram.ts'
import { isqrt } from './integer-math.ts'

const ONE = 65_536n

/**
 * FLTrust-like trust of each member (Cao et al. 2021): `max(0, cos(u_i, reference))` in 1/65536. Full trust for all while the reference row
 * is still zero, and when no one would be trusted.
 *
 * @param gram members first, the reference row last
 */
export function trustInReference(gram: Pick<Gram, 'size' | 'matrix'>): bigint[] {
  const { size, matrix } = gram
  const last = size - 1
  const at = (i: number, j: number): bigint => BigInt(matrix[i * size + j]!)
  const square = at(last, last)
  const everyone = Array.from({ length: last }, () => ONE)
  if (square === 0n) return everyone
  const trust = everyone.map((_, i) => {
    const product = at(i, last)
    const root = isqrt(at(i, i) * square)
    // Cauchy–Schwarz on integers: product <= floor(sqrt(…)), so the cosine never exceeds 1.
    return product <= 0n ? 0n : (product << 16n) / root
  })
  return trust.some((value) => value > 0n) ? trust : everyone
}
