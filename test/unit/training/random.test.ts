import { describe, expect, it } from 'vitest'
import { createRandom, shuffle, xoshiro128 } from '../../../src/training/index.ts'

function take(...parts: (string | number)[]): number[] {
  const random = createRandom(...parts)
  return Array.from({ length: 8 }, () => random.uint32())
}

describe('random', () => {
  it('is xoshiro128**: the first values of the state 1, 2, 3, 4', () => {
    const next = xoshiro128(Uint32Array.of(1, 2, 3, 4))
    expect([next(), next(), next(), next()]).toEqual([11_520, 0, 5_927_040, 70_819_200])
  })

  it('gives the same stream for the same parts and another for others', () => {
    expect(take(1, 'a')).toEqual(take(1, 'a'))
    expect(take(1, 'a')).not.toEqual(take(2, 'a'))
    expect(take(1, 'a')).not.toEqual(take(1, 'b'))
    expect(take('1', 'a')).not.toEqual(take(1, 'a'))
  })

  it('fills an array with what single calls give, and goes on from there', () => {
    const [single, whole] = [createRandom('fill'), createRandom('fill')]
    for (const length of [1, 7, 100]) {
      const words = new Uint32Array(length)
      whole.uint32s(words)
      expect([...words]).toEqual(Array.from({ length }, () => single.uint32()))
    }
    expect(whole.unit()).toBe(single.unit())
  })

  it('has the moments of its distributions', () => {
    const random = createRandom('moments')
    const count = 100_000
    const units = Array.from({ length: count }, () => random.unit())
    const normals = Array.from({ length: count }, () => random.normal())
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / count
    expect(mean(units)).toBeCloseTo(0.5, 2)
    expect(mean(units.map((u) => u * u))).toBeCloseTo(1 / 3, 2)
    expect(mean(normals)).toBeCloseTo(0, 1)
    expect(mean(normals.map((x) => x * x))).toBeCloseTo(1, 1)
    expect(Math.min(...units.slice(0, 1000))).toBeGreaterThanOrEqual(0)
  })

  it('shuffles: every item once, every order possible', () => {
    const random = createRandom('shuffle')
    const orders = new Set(Array.from({ length: 500 }, () => shuffle(Uint32Array.of(0, 1, 2, 3), random).join('')))
    expect(orders.size).toBe(24)
    for (const order of orders) expect(order.split('').sort().join('')).toBe('0123')
  })
})
