import { describe, expect, it } from 'vitest'
import { epsilonOf, noiseFor, stepsLeft } from '../../../src/privacy/index.ts'

const budget = { epsilon: 8, delta: 1e-5 }

describe('noiseFor', () => {
  // Opacus publishes these for its own RDP accountant, to the precision of its search.
  it.each([
    [0.04, 2250, 1.416],
    [0.04, 2000, 1.3562],
  ])('q %d, %d steps: %d by Opacus', (samplingRate, steps, noiseMultiplier) => {
    expect(Math.abs(noiseFor({ ...budget, samplingRate, steps }) / noiseMultiplier - 1)).toBeLessThan(1e-3)
  })

  it('keeps the budget, and a little less noise does not', () => {
    const noiseMultiplier = noiseFor({ ...budget, samplingRate: 0.02, steps: 500 })
    const spent = (noise: number): number => epsilonOf([{ noiseMultiplier: noise, samplingRate: 0.02, steps: 500 }], 1e-5)
    expect(spent(noiseMultiplier)).toBeLessThanOrEqual(8)
    expect(spent(noiseMultiplier * (1 - 2e-6))).toBeGreaterThan(8)
  })

  it('asks for no noise where nothing is released', () => {
    expect(noiseFor({ ...budget, samplingRate: 0.02, steps: 0 })).toBe(0)
    expect(noiseFor({ ...budget, samplingRate: 0, steps: 10 })).toBe(0)
  })

  it('finds noise far below and far above 1', () => {
    expect(noiseFor({ epsilon: 200, delta: 1e-5, samplingRate: 0.01, steps: 1 })).toBeLessThan(0.2)
    expect(noiseFor({ epsilon: 0.1, delta: 1e-9, samplingRate: 1, steps: 10_000 })).toBeGreaterThan(1000)
  })

  it('says when no noise is enough', () => {
    // The largest order of the grid proves no smaller ε than this at so small a δ.
    const ask = { epsilon: 1e-3, delta: 1e-12, samplingRate: 0.01, steps: 1 }
    expect(() => noiseFor(ask)).toThrow(expect.objectContaining({ code: 'PRIVACY_UNREACHABLE' }))
  })

  it.each([
    { epsilon: 0, delta: 1e-5, samplingRate: 0.1, steps: 1 },
    { epsilon: Infinity, delta: 1e-5, samplingRate: 0.1, steps: 1 },
    { epsilon: 1, delta: 0, samplingRate: 0.1, steps: 1 },
    { epsilon: 1, delta: 1e-5, samplingRate: 2, steps: 1 },
    { epsilon: 1, delta: 1e-5, samplingRate: 0.1, steps: 0.5 },
  ])('refuses %j', (ask) => {
    expect(() => noiseFor(ask)).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
  })
})

describe('stepsLeft', () => {
  const next = { noiseMultiplier: 1.1, samplingRate: 0.01 }

  it('is the last number of steps within the budget', () => {
    const spent = [{ noiseMultiplier: 2, samplingRate: 0.05, steps: 300 }]
    const left = stepsLeft(spent, next, budget)
    expect(left).toBeGreaterThan(0)
    expect(epsilonOf([...spent, { ...next, steps: left }], budget.delta)).toBeLessThanOrEqual(budget.epsilon)
    expect(epsilonOf([...spent, { ...next, steps: left + 1 }], budget.delta)).toBeGreaterThan(budget.epsilon)
  })

  it('is nothing once the budget is spent, and nothing without noise', () => {
    expect(stepsLeft([{ ...next, steps: 100_000 }], next, budget)).toBe(0)
    expect(stepsLeft([{ noiseMultiplier: 0, samplingRate: 1, steps: 1 }], next, budget)).toBe(0)
    expect(stepsLeft([], { noiseMultiplier: 0, samplingRate: 0.1 }, budget)).toBe(0)
  })

  it('has no end where no record is sampled', () => {
    expect(stepsLeft([], { noiseMultiplier: 1, samplingRate: 0 }, budget)).toBe(Infinity)
  })
})
