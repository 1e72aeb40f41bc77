import fc, { runs } from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { createRandom, quantiseUpdate, tensorLayout } from '../../src/training/index.ts'

// Adding 0 turns -0 into 0: the sign of zero is no part of the contract.
const value = fc.float({ min: Math.fround(-3), max: Math.fround(3), noNaN: true }).map((x) => x + 0)

const problem = fc
  .array(fc.record({ length: fc.integer({ min: 1, max: 20 }), exponent: fc.integer({ min: -14, max: 2 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .chain((tensors) => {
    const total = tensors.reduce((sum, { length }) => sum + length, 0)
    const values = fc.array(value, { minLength: total, maxLength: total })
    return fc.record({ tensors: fc.constant(tensors), deltas: values, residuals: values, seed: fc.integer() })
  })

/** The definition in words: one value at a time, no flat layout, division by a power of two written out. */
function twin(wanted: number, exponent: number, draw: number): { q: number; rest: number } {
  const scaled = wanted * Math.pow(2, -exponent)
  if (scaled >= 127) return { q: 127, rest: wanted - 127 * Math.pow(2, exponent) }
  if (scaled <= -127) return { q: -127, rest: wanted + 127 * Math.pow(2, exponent) }
  const lower = Math.floor(scaled)
  const q = lower + (draw < scaled - lower ? 1 : 0)
  return { q, rest: wanted - q * Math.pow(2, exponent) }
}

describe('quantiseUpdate', () => {
  it('agrees with its twin, stays in int8 and keeps what it rounds away', () => {
    fc.assert(
      fc.property(problem, ({ tensors, deltas, residuals, seed }) => {
        const layout = tensorLayout(tensors.map(({ length }, i) => ({ name: `t${i}`, shape: [length] })))
        const delta = new Float32Array(layout.paddedLength)
        const residual = new Float32Array(layout.paddedLength)
        let from = 0
        for (const { offset, length } of layout.tensors) {
          delta.set(deltas.slice(from, from + length), offset)
          residual.set(residuals.slice(from, from + length), offset)
          from += length
        }
        const specs = tensors.map(({ exponent }) => ({ updateExponent: exponent }))
        const result = quantiseUpdate(layout, specs, delta, createRandom(seed), residual)
        const random = createRandom(seed)
        const expected = new Int8Array(layout.paddedLength)
        const rest = new Float32Array(layout.paddedLength)
        layout.tensors.forEach(({ offset, length }, t) => {
          for (let k = offset; k < offset + length; k++) {
            const one = twin(delta[k]! + residual[k]!, tensors[t]!.exponent, random.unit())
            expected[k] = one.q
            rest[k] = one.rest
            const step = Math.pow(2, tensors[t]!.exponent)
            const bound = Math.abs(one.q) < 127 ? step : Number.POSITIVE_INFINITY
            expect(Math.abs(one.rest)).toBeLessThanOrEqual(bound)
          }
        })
        expect(result.update).toEqual(expected)
        expect(result.residual).toEqual(rest)
        expect(result.update.includes(-128)).toBe(false)
      }),
      { numRuns: runs(100) },
    )
  })
})
