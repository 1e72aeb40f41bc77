import { describe, expect, it } from 'vitest'
import {
  closeness,
  composeRdp,
  countedShares,
  discreteGaussianRdp,
  gaussianRdp,
  integerL1,
  rdpToEpsilon,
  roundedL2,
  skellamRdp,
} from '../../../src/privacy/index.ts'

const near = (value: number, expected: number, precision = 1e-3): void =>
  expect(Math.abs(value / expected - 1)).toBeLessThan(precision)

describe('Skellam noise', () => {
  // Norm, dimensions, standard deviation, rounds, and what the accountant of the authors gives at δ = 1e-5.
  it.each([
    [100, 1e5, 1000, 1, 0.375291],
    [1000, 1e6, 1e4, 100, 4.752728],
    [1000, 1e6, 5000, 10, 2.814109],
    [10, 100, 50, 1, 0.794718],
  ])('norm %d in %d dimensions, deviation %d, %d rounds: %d', (l2, dimensions, deviation, times, epsilon) => {
    const noise = { variance: deviation ** 2, l2, l1: integerL1(l2, dimensions) }
    const curve = composeRdp([{ divergence: (order) => skellamRdp(noise, order), times }])
    near(rdpToEpsilon(curve, 1e-5).epsilon, epsilon, 2e-6)
  })

  it('costs a little more than Gaussian noise of the same variance', () => {
    const gaussian = composeRdp([{ divergence: (order) => gaussianRdp(5, Math.ceil(order)), times: 1 }])
    near(rdpToEpsilon(gaussian, 1e-5).epsilon, 0.794522, 2e-6)
    const wide = { variance: 1e12, l2: 1000, l1: integerL1(1000, 1e6) }
    near(skellamRdp(wide, 8), gaussianRdp(1000, 8), 1e-5)
    expect(skellamRdp(wide, 8)).toBeGreaterThan(gaussianRdp(1000, 8))
  })

  it('takes the next whole order, for which it is proved', () => {
    const noise = { variance: 2500, l2: 10, l1: 100 }
    expect(skellamRdp(noise, 7.2)).toBe(skellamRdp(noise, 8))
  })

  it.each([
    { variance: 0, l2: 1, l1: 1 },
    { variance: 1, l2: -1, l1: 1 },
    { variance: 1, l2: 1, l1: NaN },
  ])('refuses %j', (noise) => {
    expect(() => skellamRdp(noise, 2)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
  })
})

describe('discrete Gaussian noise', () => {
  it.each([
    [1, 2, 5.172e-4],
    [2, 2, 7.157e-17],
    [0.5, 128, 11.804],
  ])('shares of deviation %d, %d of them: %d from a discrete Gaussian', (deviation, shares, apart) => {
    near(closeness(deviation, shares), apart)
  })

  it('is the Gaussian for a single share', () => {
    const noise = { l2: 10, l1: 100, localDeviation: 25, shares: 1, dimensions: 1e6 }
    expect(discreteGaussianRdp(noise, 3.5)).toBeCloseTo(gaussianRdp(2.5, 3.5), 12)
  })

  it('is nearly that for wide shares, and useless for narrow ones', () => {
    const wide = { l2: 10, l1: 100, localDeviation: 10, shares: 4, dimensions: 1e6 }
    expect(discreteGaussianRdp(wide, 8)).toBeCloseTo(gaussianRdp(2, 8), 12)
    const narrow = { ...wide, localDeviation: 0.5, shares: 1600 }
    expect(discreteGaussianRdp(narrow, 8)).toBeGreaterThan(1000 * gaussianRdp(2, 8))
  })

  it('takes the smallest of three bounds', () => {
    const noise = { l2: 2, l1: 4, localDeviation: 1, shares: 4, dimensions: 100 }
    const [apart, scale] = [closeness(1, 4), 2 / 2]
    const bounds = [
      4 * scale ** 2 + apart * 100,
      4 * (scale ** 2 + 2 * (4 / 2) * apart + apart ** 2 * 100),
      4 * (scale + 10 * apart) ** 2,
    ]
    expect(discreteGaussianRdp(noise, 8)).toBeCloseTo(Math.min(...bounds), 12)
  })

  it.each([0, 1.5, -1])('refuses %d shares', (shares) => {
    expect(() => closeness(1, shares)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
  })
})

describe('sensitivities on integers', () => {
  it('grow by rounding, at most by the root of the dimensions', () => {
    expect(roundedL2(100, 10_000, 0)).toBe(200)
    expect(roundedL2(100, 10_000, Math.exp(-0.5))).toBeCloseTo(Math.sqrt(10_000 + 2500 + 150), 9)
    // In few dimensions the sure bound is the smaller one.
    expect(roundedL2(1, 1, 1e-9)).toBe(2)
  })

  it('bound the sum of absolute values by both inequalities', () => {
    expect(integerL1(100, 25)).toBe(500)
    expect(integerL1(3, 1e6)).toBe(9)
  })

  it('count no noise of the members that may be Byzantine', () => {
    expect(countedShares(4, 2500)).toBe(3)
    expect(countedShares(3, 2500)).toBe(2)
    expect(countedShares(32, 0)).toBe(32)
    expect(countedShares(1, 10_000)).toBe(0)
    expect(() => countedShares(0, 2500)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
    expect(() => countedShares(4, 0.25)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
    expect(() => roundedL2(1, 1, 1)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
  })
})
