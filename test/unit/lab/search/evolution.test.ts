import { describe, expect, it } from 'vitest'
import { createEvolution } from '../../../../src/lab/search/index.ts'
import { createRandom } from '../../../../src/training/index.ts'

/** The best value after so many evaluations. */
function best(value: (point: readonly number[]) => number, start: readonly number[], evaluations: number, seed = 1): number {
  const evolution = createEvolution({ start, random: createRandom(seed, 'evolution') })
  let most = Number.NEGATIVE_INFINITY
  for (let count = 0; count < evaluations;) {
    const values = evolution.ask().map(value)
    evolution.tell(values)
    count += values.length
    most = Math.max(most, ...values)
  }
  return most
}

const sphere = (point: readonly number[]): number => -point.reduce((sum, x) => sum + (x - 0.7) ** 2, 0)

/** Rosenbrock's valley over −2…2, whose end is at 1. */
const rosenbrock = (point: readonly number[]): number => {
  const x = point.map((value) => 4 * value - 2)
  return -x.slice(1).reduce((sum, next, k) => sum + 100 * (next - x[k]! ** 2) ** 2 + (1 - x[k]!) ** 2, 0)
}

describe('createEvolution', () => {
  it.each([1, 2, 5])('finds the middle of a sphere in %d dimensions', (n) => {
    const start = Array.from({ length: n }, () => 0.2)
    expect(best(sphere, start, 400 * n)).toBeGreaterThan(-1e-10)
  })

  it.each([1, 2, 3])("follows Rosenbrock's bent valley to its end, seed %d", (seed) => {
    expect(best(rosenbrock, [0.2, 0.8, 0.3], 4000, seed)).toBeGreaterThan(-1e-6)
  })

  it('turns with a slope that lies across all axes', () => {
    const narrow = ([x = 0, y = 0]: readonly number[]): number => -((x + y - 1) ** 2) - 1e-4 * (x - y - 0.4) ** 2
    expect(best(narrow, [0.1, 0.1], 1500)).toBeGreaterThan(-1e-10)
  })

  it('stays within 0 and 1 and finds a maximum at a bound', () => {
    const evolution = createEvolution({ start: [0.5, 0.5], random: createRandom(1), spread: 1 })
    for (let generation = 0; generation < 200; generation++) {
      const points = evolution.ask()
      expect(points.flat().every((value) => value >= 0 && value <= 1)).toBe(true)
      evolution.tell(points.map(([x]) => x!))
    }
    expect(evolution.ask()[0]![0]).toBeGreaterThan(0.95)
  })

  it('draws the same points from the same seed, and takes NaN for the worst', () => {
    const draw = (seed: number): number[][] => {
      const evolution = createEvolution({ start: [0.5, 0.5], random: createRandom(seed) })
      evolution.tell(evolution.ask().map(([x], i) => (i === 0 ? Number.NaN : x!)))
      return evolution.ask()
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect(draw(1).flat().every(Number.isFinite)).toBe(true)
  })
})
