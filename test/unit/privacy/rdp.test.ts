import { describe, expect, it } from 'vitest'
import { epsilonOf, OPACUS_ORDERS, ORDERS, rdpOf, rdpToEpsilon, sampledGaussianRdp } from '../../../src/privacy/index.ts'

/** Equal to a relative difference of 0.1 %. */
const near = (value: number, expected: number): void => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-3)

describe('Rényi divergence of the sampled Gaussian', () => {
  it('equals published values of dp-accounting', () => {
    const step = { noiseMultiplier: 2.5, samplingRate: 0.01 }
    const published = { 2.5: 1.0854871e-3, 5: 2.18075656e-3, 50: 2.38460375e-2, 100: 167.416308 }
    for (const [order, value] of Object.entries(published)) near(50 * sampledGaussianRdp(step, Number(order)), value)
    expect(sampledGaussianRdp(step, Infinity)).toBe(Infinity)
  })

  // Integrated with mpmath to 30 digits: dp-accounting publishes 6.7058e-4, which is an upper bound.
  it('equals the integral at order 1.5', () => {
    expect(50 * sampledGaussianRdp({ noiseMultiplier: 2.5, samplingRate: 0.01 }, 1.5)).toBeCloseTo(6.500708971880397e-4, 14)
  })

  it('is infinite without noise, and nothing without a sample', () => {
    expect(sampledGaussianRdp({ noiseMultiplier: 0, samplingRate: 0.5 }, 2)).toBe(Infinity)
    expect(sampledGaussianRdp({ noiseMultiplier: 0, samplingRate: 0 }, 2)).toBe(0)
  })

  it.each([
    [{ noiseMultiplier: -1, samplingRate: 0.5 }],
    [{ noiseMultiplier: NaN, samplingRate: 0.5 }],
    [{ noiseMultiplier: 1, samplingRate: 1.5 }],
    [{ noiseMultiplier: 1, samplingRate: NaN }],
  ])('refuses %j', (step) => {
    expect(() => sampledGaussianRdp(step, 2)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
  })
})

describe('epsilon by the RDP bound', () => {
  it.each([
    [1, 1, 1, 1e-5, 4.728507],
    [10, 1, 100, 1e-5, 4.728507],
    [5, 1, 10, 1e-5, 2.813653],
    [1.1, 0.01, 10_000, 1e-5, 5.632011],
    [0.8, 0.004, 14_000, 1e-5, 4.651629],
    [20, 1, 200, 1e-6, 3.542361],
    [1.5, 0.04, 2250, 1e-5, 7.329335],
    [4.530877117, 1, 1, 1e-6, 1],
  ])('σ %d, q %d, %d steps, δ %d: %d by dp-accounting', (noiseMultiplier, samplingRate, steps, delta, epsilon) => {
    near(epsilonOf([{ noiseMultiplier, samplingRate, steps }], delta), epsilon)
  })

  it('equals Opacus on the grid of Opacus', () => {
    const curve = rdpOf([{ noiseMultiplier: 1.5, samplingRate: 0.04, steps: 2250 }], OPACUS_ORDERS)
    expect(rdpToEpsilon(curve, 1e-5).epsilon).toBeCloseTo(7.32911117143, 9)
  })

  it('converts a constant curve as dp-accounting does', () => {
    const orders = Array.from({ length: 31 }, (_, index) => index + 2)
    expect(rdpToEpsilon({ orders, values: orders.map(() => 1.1) }, 1e-5).epsilon).toBeCloseTo(1.32783806176, 10)
  })

  it('is nothing for no steps, infinite without noise, never negative', () => {
    const none = { noiseMultiplier: 0, samplingRate: 1 }
    expect(epsilonOf([], 1e-5)).toBe(0)
    expect(epsilonOf([{ ...none, steps: 0 }], 1e-5)).toBe(0)
    expect(epsilonOf([{ ...none, steps: 1 }], 1e-5)).toBe(Infinity)
    expect(epsilonOf([{ noiseMultiplier: 1000, samplingRate: 0.001, steps: 1 }], 0.5)).toBe(0)
  })

  it.each([0, 1, -1, NaN])('refuses delta %d', (delta) => {
    expect(() => epsilonOf([], delta)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
  })

  it.each([-1, 1.5, NaN])('refuses %d steps', (steps) => {
    const event = { noiseMultiplier: 1, samplingRate: 1, steps }
    expect(() => epsilonOf([event], 1e-5)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
  })
})

it('pins the grid of orders', () => {
  expect(ORDERS).toHaveLength(156)
  expect(new Set(ORDERS).size).toBe(ORDERS.length)
  expect([ORDERS[0], ORDERS[98], ORDERS[99], ORDERS[151], ...ORDERS.slice(-4)]).toEqual([1.1, 10.9, 11, 63, 128, 256, 512, 1024])
})
