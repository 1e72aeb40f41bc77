import { pairIndex } from './gram.ts'

/**
 * Inner products of all pairs as a matrix, and as cosines.
 *
 * @param products of pairs (i, j), j ≤ i, in the order of the protocol
 * @example similarity([25n, 24n, 25n]).cosines // [[1, 0.96], [0.96, 1]]
 */
export function similarity(products: readonly bigint[]): { products: string[][]; cosines: number[][]; norms: number[] } {
  const size = Math.round((Math.sqrt(8 * products.length + 1) - 1) / 2)
  const all = Array.from({ length: size }, (_, k) => k)
  const product = (i: number, j: number): bigint => products[pairIndex(Math.max(i, j), Math.min(i, j))]!
  const norms = all.map((i) => Math.sqrt(Number(product(i, i))))
  // The square root rounds, and a cosine is never beyond 1.
  const cosine = (i: number, j: number): number => {
    const length = norms[i]! * norms[j]!
    return length === 0 ? 0 : Math.min(1, Math.max(-1, Number(product(i, j)) / length))
  }
  return {
    products: all.map((i) => all.map((j) => product(i, j).toString())),
    cosines: all.map((i) => all.map((j) => (i === j && norms[i]! > 0 ? 1 : cosine(i, j)))),
    norms,
  }
}
