import { describe, expect, it } from 'vitest'
import { bucketRdp, skellamRdp } from '../../../../src/privacy/index.ts'
import { exactPoisson } from '../../../../src/training/private/exact-poisson.ts'
import { addIntegerNoise, exactSkellam } from '../../../../src/training/private/exact-skellam.ts'
import { secretWords } from '../../../../src/training/private/secret-random.ts'
import { chiSquare, chiSquareBound } from '../../../support/statistics/normal.ts'

// Nothing here has a seed, so every bound states how often a right sampler misses it: once in 10^8 runs.
const DRAWS = 1_000_000
const PARTS = 2n ** 17n

/** e^−v I_|k|(v): the series of the Bessel function, all terms positive. */
function skellam(variance: number, k: number): number {
  const [half, order] = [variance / 2, Math.abs(k)]
  let term = Math.exp(-variance)
  for (let j = 1; j <= order; j++) term *= half / j
  let sum = term
  for (let m = 1; m < 400; m++) sum += term *= half ** 2 / (m * (m + order))
  return sum
}

/** The chance that a binomial variable with this mean is as large as that or larger, from above (Chernoff). */
const atLeast = (count: number, mean: number): number =>
  count <= mean ? 1 : Math.exp(count - mean - count * Math.log(count / mean))
const atMost = (count: number, mean: number): number =>
  count >= mean ? 1 : Math.exp(count - mean - (count === 0 ? 0 : count * Math.log(count / mean)))

describe.each([0.25, 3, 12.5, 140])('Skellam noise of variance %d', (variance) => {
  const draw = exactSkellam(variance, secretWords())
  const values = Float64Array.from({ length: DRAWS }, draw)

  it('has the distribution that the accountant counts with', () => {
    // Classes of single values as far as each is expected a hundred times, and the two ends.
    let reach = 0
    while (DRAWS * skellam(variance, reach + 1) >= 100) reach++
    const inner = Array.from({ length: 2 * reach + 1 }, (_, k) => skellam(variance, k - reach))
    const end = (1 - inner.reduce((sum, chance) => sum + chance, 0)) / 2
    const chances = [end, ...inner, end]
    const counts = new Uint32Array(chances.length)
    for (const value of values) counts[Math.max(0, Math.min(chances.length - 1, value + reach + 1))]!++
    expect(chiSquare(counts, (k) => DRAWS * chances[k]!)).toBeLessThan(chiSquareBound(chances.length - 1))
  })

  it('has its tails, on both sides', () => {
    let tail = 0
    for (let k = 60 + Math.ceil(12 * Math.sqrt(variance)); tail < 0.01; k--) {
      tail += skellam(variance, k)
      if (DRAWS * tail < 0.5) continue
      for (const side of [1, -1]) {
        const count = values.filter((value) => side * value >= k).length
        expect(atLeast(count, DRAWS * tail)).toBeGreaterThan(1e-10)
        expect(atMost(count, DRAWS * tail)).toBeGreaterThan(1e-10)
      }
    }
  })

  it('differs from one run to the next', () => {
    const other = exactSkellam(variance, secretWords())
    expect(values.subarray(0, 1000).some((value) => value !== other())).toBe(true)
  })
})

describe('a Poisson variable', () => {
  /** Draws from these words and no others. */
  const scripted = (parts: bigint, words: number[]): number => {
    const left = [...words]
    const drawn = exactPoisson(parts, () => left.shift()!)()
    expect(left).toEqual([])
    return drawn
  }

  // 1/e = 0.5E2D58D8 B3BCDF1A BADEC782 9054F90D … in hexadecimal digits: P(X = 0) for a mean of 1.
  it.each([
    [[0x5e2d58d7], 0],
    [[0x5e2d58d9], 1],
    [[0x5e2d58d8, 0xb3bcdf19], 0],
    [[0x5e2d58d8, 0xb3bcdf1b], 1],
    [[0x5e2d58d8, 0xb3bcdf1a, 0xbadec781], 0],
    [[0x5e2d58d8, 0xb3bcdf1a, 0xbadec783], 1],
    [[0x5e2d58d8, 0xb3bcdf1a, 0xbadec782, 0x9054f90c], 0],
    [[0x5e2d58d8, 0xb3bcdf1a, 0xbadec782, 0x9054f90e], 1],
  ])('of mean 1 takes as many words as it needs: %j gives %d', (words, expected) => {
    expect(scripted(PARTS, words)).toBe(expected)
  })

  it('has no largest value', () => {
    const highest = 2 ** 32 - 1
    const drawn = [2, 3, 4].map((count) => scripted(PARTS, [...Array<number>(count - 1).fill(highest), 0]))
    expect(drawn[0]).toBeGreaterThan(8)
    expect(drawn[1]).toBeGreaterThan(drawn[0]!)
    expect(drawn[2]).toBeGreaterThan(drawn[1]!)
  })

  it('of mean 0 is 0', () => {
    expect(scripted(0n, [2 ** 32 - 1])).toBe(0)
  })
})

it('noise is added modulo 2^8, and leaves what is beside it alone', () => {
  const row = Int8Array.of(0, 127, -128, 5)
  addIntegerNoise(row.subarray(0, 3), () => 3)
  expect([...row]).toEqual([3, -126, -125, 5])
})

it.each([0, -1, NaN, 2 ** 17])('a variance of %d is refused', (variance) => {
  expect(() => exactSkellam(variance, secretWords())).toThrow(expect.objectContaining({ code: 'PRIVACY_PARAMETER' }))
})

it('the accountant counts the shares of honest members, also of a bucket that lost a member', () => {
  const bounds = { l2: 60, l1: 3600 }
  const shares = { share: 50, byzantineBps: 2500, ...bounds }
  expect(bucketRdp({ ...shares, rows: 4 }, 8)).toBe(skellamRdp({ variance: 150, ...bounds }, 8))
  expect(bucketRdp({ ...shares, rows: 3 }, 8)).toBe(skellamRdp({ variance: 100, ...bounds }, 8))
})
