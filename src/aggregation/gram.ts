import type { Kernels } from './kernels/index.ts'
import { memorySource } from './segment-source.ts'
import type { SegmentSource } from './segment-source.ts'

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
  const source = memorySource(rows)
  const partials = new Int32Array(source.segments * pairIndex(rows.length, 0))
  gramPartials(kernels, source, 0, source.segments, partials)
  return gramOfPartials(rows.length, source.segments, partials)
}

/**
 * Inner products of the segments `from … to - 1`, each written to its place in `out`. Ranges are independent of each other: any cut gives the same numbers.
 *
 * @param out partials of the whole Gram matrix
 */
export function gramPartials(
  kernels: Pick<Kernels, 'gramSegment'>,
  source: SegmentSource,
  from: number,
  to: number,
  out: Int32Array,
): void {
  const pairs = pairIndex(source.rows, 0)
  for (let g = from; g < to; g++) {
    const rows = Array.from({ length: source.rows }, (_, i) => source.read(i, g))
    kernels.gramSegment(rows, out.subarray(g * pairs, (g + 1) * pairs))
  }
}

/** Adds up the partials of all segments. */
export function gramOfPartials(size: number, segments: number, partials: Int32Array): Gram {
  const pairs = pairIndex(size, 0)
  const sums = new Float64Array(pairs)
  for (let g = 0, at = 0; g < segments; g++) {
    for (let p = 0; p < pairs; p++) sums[p]! += partials[at++]!
  }
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = sums[pairIndex(i, j)]!
  }
  return { size, matrix, segments, partials }
}
