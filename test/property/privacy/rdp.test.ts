import * as fc from '../../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { epsilonOf, gaussianRdp, noiseFor, ORDERS, rdpOf, sampledGaussianRdp, stepsLeft } from '../../../src/privacy/index.ts'
import { logErfc } from '../../../src/privacy/numerics/log-erfc.ts'

const noise = fc.double({ min: 0.3, max: 50, noNaN: true })
const rate = fc.double({ min: 1e-4, max: 1, noNaN: true })
const steps = fc.integer({ min: 1, max: 10_000 })
const delta = fc.double({ min: 1e-9, max: 0.1, noNaN: true })
const event = fc.record({ noiseMultiplier: noise, samplingRate: rate, steps })
const more = fc.double({ min: 1, max: 3, noNaN: true })
/** Room for the last digits of a sum. */
const ROUNDING = 1 + 1e-9

describe('epsilonOf', () => {
  it('falls with noise, rises with steps and sampling rate, falls with delta, and is never negative', () => {
    fc.assert(
      fc.property(event, delta, more, (one, at, factor) => {
        const spent = epsilonOf([one], at)
        expect(spent).toBeGreaterThanOrEqual(0)
        expect(epsilonOf([{ ...one, noiseMultiplier: one.noiseMultiplier * factor }], at)).toBeLessThanOrEqual(spent * ROUNDING)
        expect(epsilonOf([{ ...one, steps: Math.ceil(one.steps * factor) }], at)).toBeGreaterThanOrEqual(spent / ROUNDING)
        const denser = { ...one, samplingRate: Math.min(1, one.samplingRate * factor) }
        expect(epsilonOf([denser], at)).toBeGreaterThanOrEqual(spent / ROUNDING)
        expect(epsilonOf([one], at * factor)).toBeLessThanOrEqual(spent * ROUNDING)
      }),
      { numRuns: 50 },
    )
  })

  it('adds up: steps taken apart spend what they spend together, in any order', () => {
    fc.assert(
      fc.property(event, event, fc.integer({ min: 0, max: 10_000 }), delta, (a, b, cut, at) => {
        const first = Math.min(cut, a.steps)
        const apart = [{ ...a, steps: first }, b, { ...a, steps: a.steps - first }]
        const together = epsilonOf([b, a], at)
        expect(Math.abs(epsilonOf(apart, at) - together)).toBeLessThanOrEqual(1e-9 * (1 + together))
      }),
      { numRuns: 50 },
    )
  })
})

describe('sampledGaussianRdp', () => {
  const orders = fc.constantFrom(...ORDERS)

  it('lies below the Gaussian, and meets it when every record is sampled', () => {
    fc.assert(
      fc.property(noise, rate, orders, (noiseMultiplier, samplingRate, order) => {
        const plain = gaussianRdp(noiseMultiplier, order)
        expect(sampledGaussianRdp({ noiseMultiplier, samplingRate }, order)).toBeLessThanOrEqual(plain * ROUNDING)
        expect(sampledGaussianRdp({ noiseMultiplier, samplingRate: 1 }, order)).toBe(plain)
      }),
    )
  })

  it('rises with the order', () => {
    fc.assert(
      fc.property(noise, rate, (noiseMultiplier, samplingRate) => {
        const values = ORDERS.map((order) => sampledGaussianRdp({ noiseMultiplier, samplingRate }, order))
        for (const [index, value] of values.entries())
          if (index > 0) expect(value * ROUNDING).toBeGreaterThanOrEqual(values[index - 1]!)
      }),
      { numRuns: 30 },
    )
  })

  // The slow twin: the alternating series of Mironov, Talwar and Zhang, section 3.3, summed in plain numbers.
  it('equals the published series at fractional orders', () => {
    const fractional = ORDERS.filter((order) => !Number.isInteger(order) && order > 4)
    const modest = fc.double({ min: 0.8, max: 4, noNaN: true })
    fc.assert(
      fc.property(modest, fc.double({ min: 0.01, max: 0.4, noNaN: true }), fc.constantFrom(...fractional), (sigma, q, order) => {
        const moment = seriesMoment(sigma, q, order)
        const expected = Math.log(moment) / (order - 1)
        const tolerance = 1e-6 * expected + 1e-12
        expect(Math.abs(sampledGaussianRdp({ noiseMultiplier: sigma, samplingRate: q }, order) - expected)).toBeLessThan(
          tolerance,
        )
      }),
    )
  })
})

function seriesMoment(sigma: number, q: number, order: number): number {
  const split = sigma ** 2 * Math.log(1 / q - 1) + 0.5
  const half = (x: number): number => 0.5 * Math.exp(logErfc(x / (Math.SQRT2 * sigma)))
  let binomial = 1
  let sum = 0
  for (let i = 0; i < 400; i++) {
    const j = order - i
    // The power and the tail of a term are huge and tiny: their logarithms meet before they are raised.
    const term = (k: number, rest: number, x: number): number =>
      Math.exp(k * Math.log(q) + rest * Math.log1p(-q) + (k * (k - 1)) / (2 * sigma ** 2) + Math.log(half(x)))
    const below = i - split > 30 * sigma ? 0 : term(i, j, i - split)
    const above = split - j > 30 * sigma ? 0 : term(j, i, split - j)
    sum += binomial * (below + above)
    binomial *= j / (i + 1)
  }
  return sum
}

describe('noiseFor and stepsLeft', () => {
  it('undo each other', () => {
    const epsilon = fc.double({ min: 0.3, max: 20, noNaN: true })
    fc.assert(
      fc.property(epsilon, rate, fc.integer({ min: 1, max: 2000 }), (target, samplingRate, count) => {
        const budget = { epsilon: target, delta: 1e-5 }
        const noiseMultiplier = noiseFor({ ...budget, samplingRate, steps: count })
        const left = stepsLeft([], { noiseMultiplier, samplingRate }, budget)
        // The noise is rounded up, so it may pay for a step more, never for one less.
        expect(left).toBeGreaterThanOrEqual(count)
        expect(left).toBeLessThanOrEqual(count * 1.001 + 1)
      }),
      { numRuns: 15 },
    )
  })

  it('add nothing to a curve for no steps', () => {
    fc.assert(
      fc.property(event, (one) => {
        expect(rdpOf([{ ...one, steps: 0 }]).values.every((value) => value === 0)).toBe(true)
      }),
    )
  })
})
