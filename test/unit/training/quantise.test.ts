import { describe, expect, it } from 'vitest'
import { createRandom, dequantiseModel, dequantiseUpdate, quantiseUpdate, tensorLayout } from '../../../src/training/index.ts'

const layout = tensorLayout([
  { name: 'a', shape: [4] },
  { name: 'b', shape: [2] },
])
const specs = [
  { updateExponent: -9, modelExponent: -20 },
  { updateExponent: -3, modelExponent: -10 },
]

function flat(a: number[], b: number[]): Float32Array {
  const values = new Float32Array(layout.paddedLength)
  values.set(a, 0)
  values.set(b, 256)
  return values
}

describe('quantiseUpdate', () => {
  it('keeps multiples of the step and clamps at 127', () => {
    const delta = flat([3 / 512, -5 / 512, 1, -1], [0.125, -127 / 8])
    const { update, residual, clipped } = quantiseUpdate(layout, specs, delta, createRandom(1))
    expect([...update.subarray(0, 4)]).toEqual([3, -5, 127, -127])
    expect([...update.subarray(256, 258)]).toEqual([1, -127])
    expect(clipped).toBe(2)
    expect([...residual.subarray(0, 4)]).toEqual([0, 0, 1 - 127 / 512, 127 / 512 - 1])
  })

  it('ignores padding', () => {
    const delta = new Float32Array(layout.paddedLength).fill(0.5)
    const { update, residual } = quantiseUpdate(layout, specs, delta, createRandom(1))
    for (const padding of [update.subarray(4, 256), update.subarray(258), residual.subarray(4, 256), residual.subarray(258)]) {
      expect(padding.every((value) => value === 0)).toBe(true)
    }
  })

  it('rounds without bias', () => {
    const random = createRandom(2)
    const delta = flat([0.3 / 512, -0.3 / 512, 0, 0], [0, 0])
    let [up, down] = [0, 0]
    for (let trial = 0; trial < 20_000; trial++) {
      const { update } = quantiseUpdate(layout, specs, delta, random)
      up += update[0]!
      down += update[1]!
    }
    expect(up / 20_000).toBeCloseTo(0.3, 1)
    expect(down / 20_000).toBeCloseTo(-0.3, 1)
  })

  it('loses nothing over rounds: what the updates carried plus the last residual is the sum of the deltas', () => {
    const random = createRandom(3)
    const delta = flat([0.0007, -0.3, 0.01, 0.2], [5, -0.01])
    let residual: Float32Array | undefined
    const carried = new Float64Array(layout.paddedLength)
    for (let round = 0; round < 50; round++) {
      const quantised = quantiseUpdate(layout, specs, delta, random, residual)
      residual = quantised.residual
      dequantiseUpdate(layout, specs, quantised.update).forEach((value, k) => (carried[k]! += value))
    }
    for (const k of [0, 1, 2, 3, 256, 257]) expect(carried[k]! + residual![k]!).toBeCloseTo(50 * delta[k]!, 3)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %s', (value) => {
    expect(() => quantiseUpdate(layout, specs, flat([0, value, 0, 0], [0, 0]), createRandom(1))).toThrow(
      expect.objectContaining({ code: 'TRAINING_DIVERGED', details: { tensor: 'a', index: 1 } }),
    )
  })
})

describe('dequantiseModel', () => {
  it('is exact up to 24 bits and rounds to the nearest float32 beyond', () => {
    const model = new Int32Array(layout.paddedLength)
    model.set([2 ** 24, -(2 ** 24) + 1, 2 ** 24 + 1, 2 ** 31 - 1])
    model.set([7], 256)
    const weights = dequantiseModel(layout, specs, model)
    expect([...weights.subarray(0, 4)]).toEqual([16, -16 + 2 ** -20, 16, 2048])
    expect(weights[256]).toBe(7 / 1024)
  })
})
