import type { Gram } from '../gram.ts'

/** The first n rows and columns of a Gram matrix as exact integers: the members without the reference row. */
export function memberGram(gram: Pick<Gram, 'size' | 'matrix'>, n: number): bigint[][] {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => BigInt(gram.matrix[i * gram.size + j]!)))
}
