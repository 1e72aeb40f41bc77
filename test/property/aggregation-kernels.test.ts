import * as fc from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { createWasmKernels, twinKernels } from '../../src/aggregation/index.ts'
import type { Kernels } from '../../src/aggregation/index.ts'
import { floorHalfUp } from '../../src/aggregation/kernels/twin-kernels.ts'

const wasm = createWasmKernels()
const kernels = [wasm, twinKernels]

/** Cheap, seeded bytes: property tests draw shapes and seeds, not millions of single values. */
function noise(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

type Fill = 'random' | 'extreme' | 'sparse'

function rowsOf(count: number, length: number, fill: Fill, seed: number): Int8Array[] {
  const next = noise(seed)
  const draw = {
    random: () => (next() % 255) - 127,
    extreme: () => (next() & 256 ? 127 : -127),
    sparse: () => (next() % 50 === 0 ? (next() % 255) - 127 : 0),
  }[fill]
  return Array.from({ length: count }, () => Int8Array.from({ length }, draw))
}

function medianBy(kernel: Kernels, rows: readonly Int8Array[], stakes: readonly number[]) {
  const [out, kept] = [new Int32Array(rows[0]!.length), new Float64Array(rows.length)]
  kernel.median(rows, stakes, out, kept)
  return { out, kept }
}

const fills = fc.constantFrom<Fill>('random', 'extreme', 'sparse')
const seeds = fc.integer({ min: 1, max: 2 ** 31 })

describe('kernels agree with their twins and with BigInt', () => {
  it('gramSegment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 }), fills, seeds, (count, chunks, fill, seed) => {
        const rows = rowsOf(count, chunks * 256, fill, seed)
        const [fast, slow] = kernels.map((kernel) => {
          const out = new Int32Array((count * (count + 1)) / 2)
          kernel.gramSegment(rows, out)
          return out
        })
        expect(fast).toEqual(slow)
        const [i, j] = [count - 1, seed % count]
        const exact = rows[i]!.reduce((sum, value, k) => sum + BigInt(value) * BigInt(rows[j]![k]!), 0n)
        expect(BigInt(fast![(i * (i + 1)) / 2 + j]!)).toBe(exact)
      }),
      { numRuns: fc.runs(60) },
    )
  })

  it('trimmedMean', () => {
    const shape = { count: fc.integer({ min: 1, max: 128 }), chunks: fc.integer({ min: 1, max: 34 }), fill: fills, seed: seeds }
    fc.assert(
      fc.property(
        fc.record({
          ...shape,
          stake: fc.constantFrom(1, 7, 500),
          equal: fc.boolean(),
          byzantineBps: fc.integer({ min: 0, max: 4999 }),
        }),
        ({ count, chunks, fill, seed, stake, equal, byzantineBps }) => {
          const rows = rowsOf(count, (count > 40 ? 1 : chunks) * 256, fill, seed)
          const next = noise(seed + 1)
          const stakes = rows.map((_, i) => (equal || i === 0 ? stake : next() % (stake + 1)))
          const [fast, slow] = kernels.map((kernel) => {
            const [out, kept] = [new Int32Array(rows[0]!.length), new Float64Array(count)]
            kernel.trimmedMean(rows, stakes, byzantineBps, out, kept)
            return { out, kept }
          })
          expect(fast).toEqual(slow)
        },
      ),
      { numRuns: fc.runs(60) },
    )
  })

  it('trimmedMixed', () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 1, max: 128 }),
          chunks: fc.integer({ min: 1, max: 20 }),
          fill: fills,
          seed: seeds,
          stake: fc.constantFrom(1, 7, 500),
          equal: fc.boolean(),
          byzantineBps: fc.integer({ min: 0, max: 4999 }),
        }),
        ({ count, chunks, fill, seed, stake, equal, byzantineBps }) => {
          const next = noise(seed + 1)
          const fine = (value: number): number => value * 65_536 - (fill === 'random' ? Math.sign(value) * (next() % 65_536) : 0)
          const rows = rowsOf(count, (count > 40 ? 1 : chunks) * 256, fill, seed).map((row) => Int32Array.from(row, fine))
          const stakes = rows.map((_, i) => (equal || i === 0 ? stake : next() % (stake + 1)))
          const [fast, slow] = kernels.map((kernel) => {
            const [out, kept] = [new Int32Array(rows[0]!.length), new Float64Array(count)]
            kernel.trimmedMixed(rows, stakes, byzantineBps, out, kept)
            return { out, kept }
          })
          expect(fast).toEqual(slow)
        },
      ),
      { numRuns: fc.runs(60) },
    )
  })

  it('trimmedMixed at the bound: all of 65536 stake on ±127 · 65536, rounded down', () => {
    const rows = [-127, 127, 127].map((value) => new Int32Array(256).fill(value * 65_536))
    for (const [stakes, bps, value] of [
      [[65_534, 1, 1], 0, Math.floor((127 * 65_536 * (2 - 65_534)) / 65_536)],
      [[1, 32_767, 32_768], 0, Math.floor((127 * 65_536 * 65_534) / 65_536)],
      [[32_768, 32_768, 0], 4999, 0],
      [[65_536, 0, 0], 4999, -127 * 65_536],
    ] as const) {
      for (const kernel of kernels) {
        const out = new Int32Array(256)
        kernel.trimmedMixed(rows, stakes, bps, out, new Float64Array(3))
        expect(new Set(out)).toEqual(new Set([value]))
      }
    }
  })

  it('median', () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 1, max: 128 }),
          chunks: fc.integer({ min: 1, max: 34 }),
          fill: fills,
          seed: seeds,
          stake: fc.constantFrom(1, 2, 7, 500),
          equal: fc.boolean(),
          // One row that holds half of the stake, a bit more, or nearly everything.
          whale: fc.constantFrom(0, -1, 0.5, 0.51, 1),
        }),
        ({ count, chunks, fill, seed, stake, equal, whale }) => {
          const rows = rowsOf(count, (count > 40 ? 1 : chunks) * 256, fill, seed)
          const next = noise(seed + 1)
          const stakes = rows.map((_, i) => (equal || i === 0 ? stake : next() % (stake + 1)))
          const others = stakes.reduce((a, b) => a + b, 0) - stakes[0]!
          if (whale === -1 && others > 0) stakes[0] = 0
          if (whale === 0.5) stakes[0] = Math.max(1, others)
          if (whale === 0.51) stakes[0] = others + 1
          if (whale === 1) stakes[0] = 65_536 - others
          const [fast, slow] = kernels.map((kernel) => medianBy(kernel, rows, stakes))
          expect(fast).toEqual(slow)
        },
      ),
      { numRuns: fc.runs(80) },
    )
  })

  it('median at the bounds: 128 rows of ±127, all stake in one hand, every split of two', () => {
    for (const negative of [0, 1, 63, 64, 65, 127, 128]) {
      const rows = Array.from({ length: 128 }, (_, i) => new Int8Array(256).fill(i < negative ? -127 : 127))
      for (const stakes of [rows.map(() => 1), rows.map(() => 512)]) {
        const value = negative === 64 ? 0 : negative > 64 ? -127 : 127
        for (const kernel of kernels) {
          const { out, kept } = medianBy(kernel, rows, stakes)
          expect(new Set(out)).toEqual(new Set([value * 65_536]))
          const chosen = (i: number): boolean => negative === 64 || i < negative === negative > 64
          expect([...kept]).toEqual(stakes.map((stake, i) => (chosen(i) ? 256 * stake : 0)))
        }
      }
    }
    const rows = [-127, 0, 127].map((value) => new Int8Array(256).fill(value))
    for (const [stakes, value] of [
      [[65_536, 0, 0], -127 * 65_536],
      [[0, 0, 65_536], 127 * 65_536],
      [[32_768, 0, 32_768], 0],
      [[32_767, 1, 32_768], 63.5 * 65_536],
      [[32_768, 32_767, 1], -63.5 * 65_536],
    ] as const) {
      for (const kernel of kernels) expect(new Set(medianBy(kernel, rows, stakes).out)).toEqual(new Set([value]))
    }
  })

  it('normSquared', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fills, seeds, (chunks, fill, seed) => {
        const [row] = rowsOf(1, chunks * 256, fill, seed)
        const exact = row!.reduce((sum, value) => sum + BigInt(value) ** 2n, 0n)
        for (const kernel of kernels) expect(BigInt(kernel.normSquared(row!))).toBe(exact)
      }),
      { numRuns: fc.runs(40) },
    )
    const longest = new Int8Array(3 * 8192).fill(-127)
    for (const kernel of kernels) expect(kernel.normSquared(longest)).toBe(3 * 8192 * 127 * 127)
  })

  it('gramSegment at the bound: a full segment of ±127', () => {
    const plus = new Int8Array(8192).fill(127)
    const minus = new Int8Array(8192).fill(-127)
    for (const kernel of kernels) {
      const out = new Int32Array(3)
      kernel.gramSegment([plus, minus], out)
      expect([...out]).toEqual([8192 * 127 * 127, -8192 * 127 * 127, 8192 * 127 * 127])
    }
    expect(8192n * 127n * 127n).toBeLessThan(2n ** 27n)
    expect(2n ** 30n * 127n * 127n).toBeLessThan(2n ** 44n)
  })

  it('gramSegment of every row count on a whole segment', () => {
    for (const count of [1, 2, 3, 5, 31, 32, 33, 127, 128, 129, 132]) {
      const rows = rowsOf(count, 512, 'random', count)
      const [fast, slow] = kernels.map((kernel) => {
        const out = new Int32Array((count * (count + 1)) / 2)
        kernel.gramSegment(rows, out)
        return out
      })
      expect(fast).toEqual(slow)
    }
  })

  it('weightedSum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 70 }), fills, seeds, (count, chunks, fill, seed) => {
        const rows = rowsOf(count, chunks * 256, fill, seed)
        const next = noise(seed + 1)
        let left = 65_536
        const betas = rows.map((_, i) => {
          const beta = i === count - 1 ? left : next() % (left + 1)
          left -= beta
          return beta
        })
        const [fast, slow] = kernels.map((kernel) => {
          const out = new Int32Array(chunks * 256)
          kernel.weightedSum(rows, betas, out)
          return out
        })
        expect(fast).toEqual(slow)
        const k = seed % (chunks * 256)
        const exact = rows.reduce((sum, row, i) => sum + BigInt(betas[i]!) * BigInt(row[k]!), 0n)
        expect(BigInt(fast![k]!)).toBe(exact)
      }),
      { numRuns: fc.runs(40) },
    )
  })

  it('weightedSum at the bound: 128 rows of 127', () => {
    const rows = Array.from({ length: 128 }, () => new Int8Array(256).fill(-127))
    for (const kernel of kernels) {
      const out = new Int32Array(256)
      kernel.weightedSum(
        rows,
        rows.map(() => 512),
        out,
      )
      expect(new Set(out)).toEqual(new Set([-127 * 65_536]))
    }
  })

  const models = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 0, -1))
  const sums = fc.oneof(
    fc.integer({ min: -127 * 65_536, max: 127 * 65_536 }),
    fc.constantFrom(127 * 65_536, -127 * 65_536, 0, -1, 1),
  )
  const etas = fc.oneof(fc.integer({ min: 0, max: 2 ** 24 - 1 }), fc.constantFrom(0, 1, 2 ** 24 - 1))

  it('step, saturation and rounding included', () => {
    const cells = fc.array(fc.tuple(models, sums), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(cells, etas, fc.integer({ min: 0, max: 62 }), fc.integer({ min: 1, max: 3 }), (cells, eta, shift, chunks) => {
        const model = Int32Array.from({ length: chunks * 256 }, (_, k) => cells[k % cells.length]![0])
        const sum = Int32Array.from({ length: chunks * 256 }, (_, k) => cells[k % cells.length]![1])
        const [fast, slow] = kernels.map((kernel) => {
          const moved = model.slice()
          kernel.step(moved, sum, eta, shift)
          return moved
        })
        expect(fast).toEqual(slow)
        const exact = BigInt(model[0]!) + floorHalfUp(BigInt(sum[0]!) * BigInt(eta), BigInt(shift))
        const saturated = exact > 2147483647n ? 2147483647n : exact < -2147483648n ? -2147483648n : exact
        expect(BigInt(fast![0]!)).toBe(saturated)
      }),
      { numRuns: fc.runs(200) },
    )
  })

  it('referenceStep', () => {
    const cells = fc.array(fc.tuple(fc.integer({ min: -127, max: 127 }), sums), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(cells, fc.integer({ min: 0, max: 256 }), fc.integer({ min: 0, max: 6 }), (cells, decay, gain) => {
        const reference = Int8Array.from({ length: 256 }, (_, k) => cells[k % cells.length]![0])
        const sum = Int32Array.from({ length: 256 }, (_, k) => cells[k % cells.length]![1])
        const [fast, slow] = kernels.map((kernel) => {
          const moved = reference.slice()
          kernel.referenceStep(moved, sum, decay, gain)
          return moved
        })
        expect(fast).toEqual(slow)
      }),
      { numRuns: fc.runs(200) },
    )
  })

  it('hasInvalidValue finds -128 wherever it stands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), seeds, fc.boolean(), (chunks, seed, spoil) => {
        const row = rowsOf(1, chunks * 256, 'random', seed)[0]!
        if (spoil) row[seed % row.length] = -128
        for (const kernel of kernels) expect(kernel.hasInvalidValue(row)).toBe(spoil)
      }),
      { numRuns: fc.runs(60) },
    )
  })
})
