import { SEGMENT } from '../protocol/types.ts'
import type { Kernels } from './kernels/index.ts'

/** Exact inner products of m rows. */
export interface Gram {
  /** Number of rows m. */
  size: number
  /** m x m row-major; exact integers, |G_ij| <= 2^30 * 127^2 < 2^44 (docs/protocol.md §1). */
  matrix: Float64Array
  /** Number of segments. */
  segments: number
  /** Inner products by segment: pair p of segment g at `g * pairs + p`. */
  partials: Int32Array
}

/** Index of pair (i, j), j <= i, in the order of docs/protocol.md §4. */
export function pairIndex(i: number, j: number): number {
  return (i * (i + 1)) / 2 + j
}

/**
 * The Gram matrix of int8 rows and its parts by segment. O(m² D), one pass, segment by segment.
 *
 * @param rows m rows of one length, whole segments, no -128
 * @example const { matrix } = computeGram(createWasmKernels(), updates)
 */
export function computeGram(kernels: Pick<Kernels, 'gramSegment'>, rows: readonly Int8Array[]): Gram {
  const size = rows.length
  const pairs = pairIndex(size, 0)
  const segments = size === 0 ? 0 : rows[0]!.length / SEGMENT
  const partials = new Int32Array(segments * pairs)
  const sums = new Float64Array(pairs)
  for (let g = 0; g < segments; g++) {
    const part = partials.subarray(g * pairs, (g + 1) * pairs)
    kernels.gramSegment(
      rows.map((row) => row.subarray(g * SEGMENT, (g + 1) * SEGMENT)),
      part,
    )
    for (let p = 0; p < pairs; p++) sums[p]! += part[p]!
  }
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = sums[pairIndex(i, j)]!
  }
  return { size, matrix, segments, partials }
}

/** `⟨q, q⟩`, exact. */
export function normSquared(kernels: Pick<Kernels, 'gramSegment'>, row: Int8Array): number {
  return computeGram(kernels, [row]).matrix[0]!
}
