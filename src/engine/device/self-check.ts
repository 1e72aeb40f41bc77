import { createWasmKernels, MAX_ROWS, gramPartials, memorySource, pairIndex } from '../../aggregation/index.ts'
import type { SegmentSource } from '../../aggregation/index.ts'
import { QuorateError } from '../../core/index.ts'
import { SEGMENT } from '../../protocol/types.ts'

/** Rows and segments: one row, a tile and a row more, the most rows there can be. */
const SHAPES = [
  [1, 3],
  [33, 2],
  [MAX_ROWS, 1],
] as const

/**
 * Compares a Gram kernel with the wasm kernel, bit by bit, before anything depends on it: a claim with one wrong sum costs its operator the bond.
 *
 * @throws QuorateError GPU_UNUSABLE
 */
export async function checkGramKernel(kernel: {
  partials(source: SegmentSource, from: number, to: number, out: Int32Array): Promise<void>
}): Promise<void> {
  const kernels = createWasmKernels()
  for (const [count, segments] of SHAPES) {
    const source = memorySource(sample(count, segments))
    const [expected, found] = [0, 1].map(() => new Int32Array(segments * pairIndex(count, 0)))
    gramPartials(kernels, source, 0, segments, expected!)
    await kernel.partials(source, 0, segments, found!)
    const wrong = found!.findIndex((sum, at) => sum !== expected![at])
    if (wrong >= 0) {
      throw new QuorateError(
        'GPU_UNUSABLE',
        `the WebGPU device computes wrong sums: ${found![wrong]} instead of ${expected![wrong]} with ${count} rows`,
      )
    }
  }
}

/** The largest sums of either sign, then values from everywhere. */
function sample(count: number, segments: number): Int8Array[] {
  let state = 1
  return Array.from({ length: count }, (_, i) =>
    Int8Array.from({ length: segments * SEGMENT }, () => {
      if (i < 2) return i === 0 ? 127 : -127
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
      return ((state >>> 8) % 255) - 127
    }),
  )
}
