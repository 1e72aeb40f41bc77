import { describe, expect, it } from 'vitest'
import { gaussian } from '../../../../src/training/private/gaussian.ts'
import { poissonSample } from '../../../../src/training/private/poisson-sample.ts'
import { secretUnits } from '../../../../src/training/private/secret-random.ts'
import { binomialRange } from '../../../support/statistics/binomial.ts'
import { chiSquare, chiSquareBound, normalCdf } from '../../../support/statistics/normal.ts'

// Nothing here has a seed, so every bound states how often a right sampler misses it: once in 10^8 runs.
const DRAWS = 1_000_000
/** A normal value lies further out, on one of both sides, with a chance of 1e-8. */
const FAR = 5.731

describe('gaussian', () => {
  const unit = secretUnits()
  const values = Float64Array.from({ length: DRAWS }, () => gaussian(unit))

  it('has the distribution of a normal value (Kolmogorov and Smirnov)', () => {
    const sorted = values.toSorted()
    let distance = 0
    for (const [index, value] of sorted.entries()) {
      const cdf = normalCdf(value)
      distance = Math.max(distance, cdf - index / DRAWS, (index + 1) / DRAWS - cdf)
    }
    // P(√n·D > t) ≤ 2·exp(−2t²) (Massart 1990): 1e-8 at t = 3.092.
    expect(Math.sqrt(DRAWS) * distance).toBeLessThan(3.092)
  })

  it('has equal counts in 256 classes of equal chance', () => {
    const counts = new Uint32Array(256)
    for (const value of values) counts[Math.min(255, Math.floor(normalCdf(value) * 256))]!++
    expect(chiSquare(counts, () => DRAWS / 256)).toBeLessThan(chiSquareBound(255))
  })

  it('has mean 0, variance 1, and no two neighbours depend on each other', () => {
    const sum = values.reduce((total, value) => total + value, 0)
    const squares = values.reduce((total, value) => total + value * value, 0)
    const products = values.reduce((total, value, index) => total + value * (values[index - 1] ?? 0), 0)
    const root = Math.sqrt(DRAWS)
    expect(Math.abs(sum / root)).toBeLessThan(FAR)
    expect(Math.abs((squares - DRAWS) / (root * Math.SQRT2))).toBeLessThan(FAR)
    expect(Math.abs(products / root)).toBeLessThan(FAR)
  })

  it('has the tails of a normal value, counted exactly on both sides', () => {
    // 1 − Φ of 2, 3, 3.5, 4, 4.5 and 5 (Abramowitz and Stegun 1964, table 26.1 and 26.2.12).
    for (const [border, chance] of [
      [2, 2.275_013_2e-2],
      [3, 1.349_898_03e-3],
      [3.5, 2.326_290_79e-4],
      [4, 3.167_124_18e-5],
      [4.5, 3.397_673_12e-6],
      [5, 2.866_515_72e-7],
    ] as const) {
      const [least, most] = binomialRange(DRAWS, chance)
      for (const beyond of [(value: number) => value > border, (value: number) => value < -border]) {
        const count = values.filter(beyond).length
        expect(count, `values beyond ${border}`).toBeGreaterThanOrEqual(least)
        expect(count, `values beyond ${border}`).toBeLessThanOrEqual(most)
      }
    }
  })
})

describe('secretUnits', () => {
  const unit = secretUnits()
  const values = Float64Array.from({ length: DRAWS }, () => unit())

  it('gives numbers from 0 to below 1, in 1024 classes of equal chance', () => {
    const counts = new Uint32Array(1024)
    for (const value of values) counts[Math.floor(value * 1024)]!++
    expect(counts.reduce((total, count) => total + count, 0)).toBe(DRAWS)
    expect(chiSquare(counts, () => DRAWS / 1024)).toBeLessThan(chiSquareBound(1023))
  })

  it('sets each of its 53 bits in half of the numbers', () => {
    const [least, most] = binomialRange(DRAWS, 0.5)
    for (let bit = 1; bit <= 53; bit++) {
      const set = values.reduce((total, value) => total + (Math.floor(value * 2 ** bit) % 2), 0)
      expect(set, `bit ${bit}`).toBeGreaterThanOrEqual(least)
      expect(set, `bit ${bit}`).toBeLessThanOrEqual(most)
    }
  })

  it('never gives the same numbers again, within a source or in two', () => {
    // Two of 10^6 numbers of 53 bits are equal with a chance of 6e-5; two neighbours both at once with one of 1e-20.
    const pairs = new Set<string>()
    const others = Float64Array.from({ length: DRAWS }, secretUnits())
    for (const list of [values, others]) for (let at = 0; at < DRAWS; at += 2) pairs.add(`${list[at]} ${list[at + 1]}`)
    expect(pairs.size).toBe(DRAWS)
  })
})

describe('poissonSample', () => {
  const RECORDS = 500
  const RATE = 0.05
  const BATCHES = DRAWS / RECORDS
  const unit = secretUnits()
  const batches = Array.from({ length: BATCHES }, () => poissonSample(RECORDS, RATE, unit))

  it('draws each record equally often', () => {
    const counts = new Uint32Array(RECORDS)
    for (const batch of batches) for (const record of batch) counts[record]!++
    // Counts are binomial: their variance is that of Poisson counts times 1 − q.
    expect(chiSquare(counts, () => BATCHES * RATE) / (1 - RATE)).toBeLessThan(chiSquareBound(RECORDS))
  })

  it('gives batches of binomial size', () => {
    const chances = binomial(RECORDS, RATE)
    // Sizes 14…36, and what lies below and above, so that every class expects ten at least.
    const [low, high] = [14, 36]
    const counts = new Uint32Array(high - low + 3)
    const expected = new Float64Array(counts.length)
    const classOf = (size: number): number => Math.min(high + 1, Math.max(low - 1, size)) - low + 1
    for (const { length } of batches) counts[classOf(length)]!++
    for (const [size, chance] of chances.entries()) expected[classOf(size)]! += BATCHES * chance
    expect(Math.min(...expected)).toBeGreaterThan(10)
    expect(chiSquare(counts, (index) => expected[index]!)).toBeLessThan(chiSquareBound(counts.length - 1))
  })

  it('draws all records at a rate of 1 and none at 0', () => {
    expect([...poissonSample(3, 1, unit)]).toEqual([0, 1, 2])
    expect([...poissonSample(3, 0, unit)]).toEqual([])
  })
})

/** Chances of 0…n successes. */
function binomial(n: number, q: number): number[] {
  const chances = [(1 - q) ** n]
  for (let k = 1; k <= n; k++) chances.push((chances[k - 1]! * (n - k + 1) * q) / (k * (1 - q)))
  return chances
}
