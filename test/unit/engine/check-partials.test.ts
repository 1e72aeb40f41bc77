import { describe, expect, it } from 'vitest'
import { createWasmKernels, gramPartials, memorySource, pairIndex, twinKernels } from '../../../src/aggregation/index.ts'
import type { SegmentSource } from '../../../src/aggregation/index.ts'
import { partialsAgree } from '../../../src/engine/device/check-partials.ts'
import { checkGramKernel } from '../../../src/engine/device/self-check.ts'
import fc from '../../support/fast-check.ts'

const kernels = createWasmKernels()
const value = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: -127, max: 127 }) }, fc.constantFrom(-127, 127))

/** Rows of 256 coordinates and their inner products. */
const segments = fc.integer({ min: 1, max: 132 }).chain((count) =>
  fc.array(value, { minLength: 32, maxLength: 256 }).map((values) => {
    const rows = Array.from({ length: count }, (_, i) =>
      Int8Array.from({ length: 256 }, (_unused, k) => values[(7 * i + k) % values.length]!),
    )
    const sums = new Int32Array(pairIndex(count, 0))
    twinKernels.gramSegment(rows, sums)
    return { rows, sums }
  }),
)

describe('partialsAgree', () => {
  it('accepts the inner products of the rows, whatever the weights', () => {
    fc.assert(
      fc.property(segments, ({ rows, sums }) => partialsAgree(kernels, rows, sums)),
      { numRuns: 60 },
    )
  })

  it('accepts the largest sums there are', () => {
    const rows = Array.from({ length: 132 }, (_, i) => new Int8Array(8192).fill(i % 2 ? 127 : -127))
    const sums = new Int32Array(pairIndex(132, 0))
    kernels.gramSegment(rows, sums)
    for (const random of [() => 0, () => 1 - 2 ** -53]) expect(partialsAgree(kernels, rows, sums, random)).toBe(true)
  })

  it('always finds a single wrong sum', () => {
    fc.assert(
      fc.property(segments, fc.nat(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), ({ rows, sums }, at, wrong) => {
        const place = at % sums.length
        fc.pre(wrong !== sums[place])
        sums[place] = wrong
        return !partialsAgree(kernels, rows, sums)
      }),
      { numRuns: 60 },
    )
  })

  it('finds sums of other rows, and none at all', () => {
    const rows = Array.from({ length: 4 }, (_, i) => Int8Array.from({ length: 256 }, (_unused, k) => ((k * (i + 3)) % 255) - 127))
    const sums = new Int32Array(10)
    kernels.gramSegment(rows.toReversed(), sums)
    // Each passes with a chance of 2 in 2048.
    expect(Array.from({ length: 4 }, () => partialsAgree(kernels, rows, sums))).toContain(false)
    expect(Array.from({ length: 4 }, () => partialsAgree(kernels, rows, new Int32Array(10)))).toContain(false)
  })
})

describe('checkGramKernel', () => {
  const wasm = async (source: SegmentSource, from: number, to: number, out: Int32Array): Promise<void> =>
    gramPartials(kernels, source, from, to, out)

  it('accepts the wasm kernel', async () => {
    await expect(checkGramKernel({ partials: wasm })).resolves.toBeUndefined()
  })

  it('refuses one wrong sum in the last pair of the last segment', async () => {
    const partials: typeof wasm = async (source, from, to, out) => {
      await wasm(source, from, to, out)
      if (source.rows === 132) out[out.length - 1]! += 1
    }
    await expect(checkGramKernel({ partials })).rejects.toMatchObject({
      code: 'GPU_UNUSABLE',
      message: expect.stringContaining('with 132 rows'),
    })
  })

  it('compares with what the slow kernel says', () => {
    const rows = [new Int8Array(8192).fill(127), new Int8Array(8192).fill(-127)]
    const [fast, slow] = [new Int32Array(3), new Int32Array(3)]
    gramPartials(kernels, memorySource(rows), 0, 1, fast)
    gramPartials(twinKernels, memorySource(rows), 0, 1, slow)
    expect([...fast]).toEqual([...slow])
    expect(slow[1]).toBe(-8192 * 127 ** 2)
  })
})
