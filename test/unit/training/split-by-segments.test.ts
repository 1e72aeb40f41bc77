import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEGMENT } from '../../../src/protocol/index.ts'
import { composeUpdate } from '../../../src/training/compose-update.ts'
import { createRandom, tensorLayout } from '../../../src/training/index.ts'
import { splitBySegments } from '../../../src/training/split-by-segments.ts'

const layout = tensorLayout([{ name: 'weights', shape: [3 * SEGMENT] }])
const shape = { layout, tensors: [{ updateExponent: -9 }], memberMomentum: 0 }
const values = (seed: number): Float32Array => {
  const random = createRandom(seed)
  return Float32Array.from({ length: layout.paddedLength }, () => random.normal() / 16)
}

describe('an update in segments', () => {
  it('loses nothing: what is sent and what waits add up to what was learned', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.nat(1000), (segments, seed) => {
        const [delta, residual] = [values(seed), values(seed + 1)]
        const composed = composeUpdate(shape, { delta, residual, segments, random: createRandom(seed) })
        for (let k = 0; k < delta.length; k++) {
          if (!segments[Math.floor(k / SEGMENT)]) expect(composed.update[k]).toBe(0)
          expect(composed.update[k]! * 2 ** -9 + composed.residual[k]!).toBeCloseTo(delta[k]! + residual[k]!, 6)
        }
      }),
      { numRuns: 8 },
    )
  })

  it('is bounded in length by what it carries', () => {
    const segments = [false, true, false]
    const { update } = composeUpdate(shape, { delta: values(1), segments, maxNorm: 100, random: createRandom(1) })
    const norm = Math.sqrt(update.reduce((sum, value) => sum + value * value, 0))
    // Rounding at random adds at most a half of a step in each of 8192 coordinates.
    expect(norm).toBeLessThan(100 + Math.sqrt(SEGMENT) / 2)
    expect(norm).toBeGreaterThan(90)
  })

  it('is as without segments where the round carries all', () => {
    const [delta, residual] = [values(3), values(4)]
    const random = () => createRandom(5)
    const all = composeUpdate(shape, { delta, residual, segments: [true, true, true], random: random() })
    expect(all).toEqual(composeUpdate(shape, { delta, residual, random: random() }))
  })

  it('refuses segments that do not cover it', () => {
    expect(() => splitBySegments(values(1), undefined, [true])).toThrow(RangeError)
  })
})
