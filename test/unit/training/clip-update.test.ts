import * as fc from '../../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { clipUpdate, longestUpdate, tensorLayout } from '../../../src/training/index.ts'

const layout = tensorLayout([
  { name: 'a', shape: [2] },
  { name: 'b', shape: [1] },
])
const specs = [{ updateExponent: -2 }, { updateExponent: -1 }]

function flat(a: number, b: number, c: number): Float32Array {
  const values = new Float32Array(layout.paddedLength)
  values.set([a, b])
  values[256] = c
  return values
}

/** As the Gram matrix measures it. */
const norm = (update: Float32Array): number => Math.hypot(update[0]! * 4, update[1]! * 4, update[256]! * 2)

describe('clipUpdate', () => {
  it('measures in units of the int8 update, residual included, and keeps the direction', () => {
    const clipped = clipUpdate(layout, specs, flat(0.5, 0, 1.5), flat(0.25, 0, 0.5), 2.5)
    expect(norm(clipped)).toBeCloseTo(2.5)
    expect([...clipped.subarray(0, 2), clipped[256]]).toEqual([0.375, 0, 1])
  })

  it('leaves what is short enough as it is', () => {
    expect(clipUpdate(layout, specs, flat(0.5, 0, 0), undefined, 2)).toEqual(flat(0.5, 0, 0))
  })

  it('is never longer than told', () => {
    const value = fc.float({ min: -100, max: 100, noNaN: true })
    fc.assert(
      fc.property(value, value, value, fc.float({ min: 0.5, max: 1000, noNaN: true }), (a, b, c, most) => {
        expect(norm(clipUpdate(layout, specs, flat(a, b, c), undefined, most))).toBeLessThanOrEqual(most * 1.000001)
      }),
    )
  })
})

describe('longestUpdate', () => {
  it('leaves room above the median, and the first update any length', () => {
    expect(longestUpdate(undefined)).toBeUndefined()
    expect(longestUpdate(400)).toBe(500)
  })
})
