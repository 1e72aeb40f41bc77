import * as fc from '../../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import { epsilonOf, pldDelta, pldEpsilon } from '../../../src/privacy/index.ts'
import { logErfc, normalCdf } from '../../../src/privacy/numerics/log-erfc.ts'
import { spectrumOf, valuesOf } from '../../../src/privacy/numerics/fourier.ts'
import { composeLosses } from '../../../src/privacy/pld/compose.ts'
import { tailBounds } from '../../../src/privacy/pld/tail-bounds.ts'
import type { LossGrid } from '../../../src/privacy/pld/loss-grid.ts'

const noise = fc.double({ min: 0.6, max: 20, noNaN: true })
const rate = fc.double({ min: 0.005, max: 1, noNaN: true })
const steps = fc.integer({ min: 1, max: 500 })
const delta = fc.double({ min: 1e-8, max: 0.01, noNaN: true })
const event = fc.record({ noiseMultiplier: noise, samplingRate: rate, steps })
const more = fc.double({ min: 1.05, max: 3, noNaN: true })
/** The grid changes with the noise, and with it the last thousandth. */
const GRID = 1.002
const few = { numRuns: 15 }

describe('pldEpsilon', () => {
  it('lies below the RDP bound and is never negative', () => {
    fc.assert(
      fc.property(event, delta, (one, at) => {
        const epsilon = pldEpsilon([one], at)
        expect(epsilon).toBeGreaterThanOrEqual(0)
        expect(epsilon).toBeLessThanOrEqual(epsilonOf([one], at) * GRID)
      }),
      few,
    )
  })

  it('falls with noise, rises with steps and sampling rate, falls with delta', () => {
    fc.assert(
      fc.property(event, delta, more, (one, at, factor) => {
        const spent = pldEpsilon([one], at)
        expect(pldEpsilon([{ ...one, noiseMultiplier: one.noiseMultiplier * factor }], at)).toBeLessThanOrEqual(spent * GRID)
        expect(pldEpsilon([{ ...one, steps: Math.ceil(one.steps * factor) }], at)).toBeGreaterThanOrEqual(spent / GRID)
        const denser = { ...one, samplingRate: Math.min(1, one.samplingRate * factor) }
        expect(pldEpsilon([denser], at)).toBeGreaterThanOrEqual(spent / GRID)
        expect(pldEpsilon([one], at * factor)).toBeLessThanOrEqual(spent * GRID)
      }),
      few,
    )
  })

  // Balle and Wang, "Improving the Gaussian Mechanism for Differential Privacy" (2018), theorem 8.
  it('equals the closed form of the Gaussian where every record is sampled', () => {
    fc.assert(
      fc.property(
        noise,
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (sigma, times, epsilon) => {
          const total = sigma / Math.sqrt(times)
          const expected =
            normalCdf(1 / (2 * total) - epsilon * total) - Math.exp(epsilon) * normalCdf(-1 / (2 * total) - epsilon * total)
          const found = pldDelta([{ noiseMultiplier: sigma, samplingRate: 1, steps: times }], epsilon)
          expect(found).toBeGreaterThanOrEqual(expected - 1e-11)
          expect(found - expected).toBeLessThanOrEqual(2e-3 * expected + 1e-11)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('is undone by pldDelta', () => {
    fc.assert(
      fc.property(event, delta, (one, at) => {
        const epsilon = pldEpsilon([one], at)
        const back = pldDelta([one], epsilon, at)
        if (epsilon === 0) expect(back).toBeLessThanOrEqual(at * (1 + 1e-9))
        else expect(Math.abs(back / at - 1)).toBeLessThan(1e-4)
      }),
      few,
    )
  })
})

describe('composeLosses', () => {
  const masses = fc.array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })
  const grid = fc
    .tuple(masses, fc.integer({ min: -20, max: 20 }), fc.double({ min: 0, max: 1e-3, noNaN: true }))
    .map(([weights, first, infinite]): LossGrid => {
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      return { width: 0.1, first, infinite, masses: Float64Array.from(weights, (weight) => ((1 - infinite) * weight) / total) }
    })

  it('equals convolution by hand, and loses no probability', () => {
    fc.assert(
      fc.property(grid, grid, fc.integer({ min: 1, max: 4 }), (a, b, times) => {
        const tail = 1e-9
        const losses = [
          { grid: a, times },
          { grid: b, times: 1 },
        ]
        const found = composeLosses(losses, tailBounds(losses, tail), tail)
        let slow = byIndex(b)
        for (let time = 0; time < times; time++) slow = convolve(slow, byIndex(a))
        for (const [index, mass] of found.masses.entries())
          expect(Math.abs(mass - (slow.get(found.first + index) ?? 0))).toBeLessThan(1e-8)
        const total = found.masses.reduce((sum, mass) => sum + mass, 0) + found.infinite
        expect(Math.abs(total - 1)).toBeLessThan(1e-8)
      }),
    )
  })
})

function byIndex({ first, masses }: LossGrid): Map<number, number> {
  return new Map([...masses].map((mass, index) => [first + index, mass]))
}

function convolve(a: Map<number, number>, b: Map<number, number>): Map<number, number> {
  const sum = new Map<number, number>()
  for (const [i, x] of a) for (const [j, y] of b) sum.set(i + j, (sum.get(i + j) ?? 0) + x * y)
  return sum
}

describe('numerics', () => {
  it('a spectrum gives its values back', () => {
    const values = fc
      .integer({ min: 1, max: 7 })
      .chain((power) => fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 ** power, maxLength: 2 ** power }))
    fc.assert(
      fc.property(values, (list) => {
        for (const [index, value] of valuesOf(spectrumOf(Float64Array.from(list))).entries())
          expect(Math.abs(value - list[index]!)).toBeLessThan(1e-12)
      }),
    )
  })

  it('erfc has both halves of the normal distribution, and its published tails', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (x) => {
        expect(Math.abs(normalCdf(x) + normalCdf(-x) - 1)).toBeLessThan(1e-12)
      }),
    )
    // From mpmath, 40 digits.
    expect(Math.exp(logErfc(0.5))).toBeCloseTo(0.4795001221869535, 13)
    expect(Math.exp(logErfc(2)) / 0.004677734981047266).toBeCloseTo(1, 11)
    expect(Math.exp(logErfc(5)) / 1.537459794428035e-12).toBeCloseTo(1, 11)
    expect(logErfc(30) / -903.9741171106439).toBeCloseTo(1, 13)
    expect(normalCdf(-Infinity)).toBe(0)
    expect(normalCdf(Infinity)).toBe(1)
  })
})
