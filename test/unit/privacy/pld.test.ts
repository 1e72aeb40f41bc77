import { describe, expect, it } from 'vitest'
import { epsilonOf, noiseFor, pldDelta, pldEpsilon } from '../../../src/privacy/index.ts'
import type { PrivacyEvent } from '../../../src/privacy/index.ts'
import { deltaAt, epsilonAt } from '../../../src/privacy/pld/read-curve.ts'

const event = (noiseMultiplier: number, samplingRate: number, steps: number): PrivacyEvent => ({
  noiseMultiplier,
  samplingRate,
  steps,
})
/** Equal to a relative difference of 1 %. */
const near = (value: number, expected: number): void => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-2)

describe('epsilon by privacy loss distributions', () => {
  it.each([
    [1, 1, 1, 1e-5, 4.377178],
    [10, 1, 100, 1e-5, 4.377178],
    [5, 1, 10, 1e-5, 2.594383],
    [1.1, 0.01, 10_000, 1e-5, 5.19262],
    [0.8, 0.004, 14_000, 1e-5, 4.220526],
    [20, 1, 200, 1e-6, 3.307601],
    [1.5, 0.04, 2250, 1e-5, 6.768787],
    [4.530877, 1, 1, 1e-6, 0.927392],
  ])('σ %d, q %d, %d steps, δ %d: %d by dp-accounting', (noiseMultiplier, samplingRate, steps, delta, epsilon) => {
    near(pldEpsilon([event(noiseMultiplier, samplingRate, steps)], delta), epsilon)
  })

  it('equals the published numbers of Opacus for its PRV accountant', () => {
    near(pldEpsilon([event(1.5, 0.04, 2250)], 1e-5), 6.777395712150674)
    const noise = noiseFor({ epsilon: 8, delta: 1e-5, samplingRate: 0.04, steps: 2000, bound: pldEpsilon, precision: 1e-3 })
    near(noise, 1.2915)
  })

  it('lies below published upper bounds for a sum of Gaussians', () => {
    expect(pldEpsilon([event(8.83, 1, 1)], 1e-6)).toBeLessThan(2.04)
    expect(pldEpsilon([event(1.13, 1, 1)], 1e-6)).toBeLessThan(19.74)
  })

  it('composes noise of any size in any order', () => {
    const [much, little] = [event(5, 1, 10), event(1.1, 0.01, 100)]
    const together = pldEpsilon([much, little], 1e-6)
    expect(pldEpsilon([little, much], 1e-6)).toBeCloseTo(together, 9)
    expect(together).toBeGreaterThan(Math.max(pldEpsilon([much], 1e-6), pldEpsilon([little], 1e-6)))
  })

  it('is nothing for no release, and infinite for one without noise', () => {
    expect(pldEpsilon([], 1e-5)).toBe(0)
    expect(pldEpsilon([event(0, 1, 0), event(0, 0, 5)], 1e-5)).toBe(0)
    expect(pldEpsilon([event(0, 0.5, 1)], 1e-5)).toBe(Infinity)
    // One step, and less probability of a sample than δ.
    expect(pldEpsilon([event(1, 1e-6, 1)], 1e-5)).toBe(0)
  })

  // Little noise and rare samples: losses of thousands, and one step in a million that has any.
  it.each([
    [0.01, 1, 1, 1e-5],
    [0.01, 1e-7, 1000, 1e-5],
    [0.3, 1e-6, 1_000_000, 1e-7],
    [10_000, 1e-7, 10_000_000, 1e-10],
  ])('bounds its grid: σ %d, q %d, %d steps, δ %d', (noiseMultiplier, samplingRate, steps, delta) => {
    const one = event(noiseMultiplier, samplingRate, steps)
    const epsilon = pldEpsilon([one], delta)
    expect(epsilon).toBeGreaterThan(0)
    expect(epsilon).toBeLessThan(epsilonOf([one], delta))
  })

  it('equals the quantile of the Gaussian where losses are too large to raise', () => {
    // With σ = 0.01 the loss is normal with mean 5000 and deviation 100; its upper quantile of 1e-5 lies 4.2649 deviations above.
    expect(pldEpsilon([event(0.01, 1, 1)], 1e-5)).toBeCloseTo(5000 + 100 * 4.2649, -1)
  })

  it('refuses a delta that its rounding would reach', () => {
    expect(() => pldEpsilon([event(1, 1, 1)], 1e-11)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
    expect(pldEpsilon([event(1, 1, 1)], 1e-10)).toBeLessThan(epsilonOf([event(1, 1, 1)], 1e-10))
  })

  it.each([event(-1, 0.5, 1), event(1, -0.5, 1), event(1, 0.5, 0.5)])('refuses %j', (bad) => {
    expect(() => pldEpsilon([bad], 1e-5)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
  })
})

describe('delta by privacy loss distributions', () => {
  it('equals published values of dp-accounting', () => {
    near(pldDelta([event(Math.sqrt(3), 1, 3)], 1), 0.126936)
    near(pldDelta([event(0.5, 0.2, 3)], 1), 0.15594)
  })

  it('is 1 without noise, and 0 for no release', () => {
    expect(pldDelta([event(0, 1, 1)], 1)).toBe(1)
    expect(pldDelta([], 1)).toBe(0)
  })

  it.each([-1, NaN])('refuses epsilon %d', (epsilon) => {
    expect(() => pldDelta([event(1, 1, 1)], epsilon)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
  })
})

describe('a curve on a grid', () => {
  const curve = (first: number, masses: number[], infinite = 0) => ({
    width: 0.5,
    first,
    masses: Float64Array.from(masses),
    infinite,
  })

  it('gives the epsilon back whose delta it gave', () => {
    // Losses of both signs, above 0 only, and so large that exp(loss) overflows.
    for (const [first, epsilon] of [
      [-2, 0.3],
      [3, 0.7],
      [2000, 1000.4],
    ] as const) {
      const made = curve(first, [0.2, 0.3, 0.4, 0.1])
      expect(epsilonAt(made, deltaAt(made, epsilon))).toBeCloseTo(epsilon, 9)
    }
  })

  it('proves nothing below the probability of an infinite loss, and 0 where no loss is positive', () => {
    expect(epsilonAt(curve(0, [0.9], 0.1), 0.05)).toBe(Infinity)
    expect(epsilonAt(curve(0, [0.9], 0.1), 0.2)).toBe(0)
    expect(epsilonAt(curve(-4, [0.5, 0.5]), 1e-6)).toBe(0)
  })
})
