import * as fc from '../../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import {
  contentRanks,
  floorDiv,
  isqrt,
  largestRemainder,
  weightedLowerMedian,
} from '../../../src/aggregation/rules/integer-math.ts'

describe('isqrt', () => {
  it('is the floor of the root, up to 2^200', () => {
    fc.assert(
      fc.property(fc.oneof(fc.bigInt({ min: 0n, max: 100n }), fc.bigInt({ min: 0n, max: 2n ** 200n })), (n) => {
        const root = isqrt(n)
        expect(root * root <= n && (root + 1n) * (root + 1n) > n).toBe(true)
      }),
    )
  })

  it('holds around squares', () => {
    for (const x of [1n, 2n, 94_906_266n, 2n ** 26n, 2n ** 53n, 2n ** 60n + 1n]) {
      expect([isqrt(x * x - 1n), isqrt(x * x), isqrt(x * x + 1n)]).toEqual([x - 1n, x, x])
    }
  })
})

describe('floorDiv', () => {
  it('rounds towards minus infinity', () => {
    expect([floorDiv(7n, 2n), floorDiv(-7n, 2n), floorDiv(-6n, 2n), floorDiv(0n, 5n)]).toEqual([3n, -4n, -3n, 0n])
  })
})

describe('weightedLowerMedian', () => {
  it('takes the lower value when half of the weight lies on either side', () => {
    expect(weightedLowerMedian([4n, 1n, 3n, 2n], [1n, 1n, 1n, 1n])).toBe(2n)
    expect(weightedLowerMedian([1n, 2n, 3n], [1n, 1n, 3n])).toBe(3n)
  })

  it('passes over rows without weight', () => {
    expect(weightedLowerMedian([1n, 2n, 3n], [0n, 0n, 5n])).toBe(3n)
    expect(weightedLowerMedian([1n], [0n])).toBe(0n)
  })
})

describe('largestRemainder', () => {
  it('gives the missing units to the largest remainders, ties by content', () => {
    expect(largestRemainder([1n, 1n, 1n], [2, 0, 1])).toEqual([21_845, 21_846, 21_845])
    expect(largestRemainder([0n, 0n], [0, 1])).toEqual([0, 0])
    expect(largestRemainder([0n, 5n], [0, 1])).toEqual([0, 65_536])
  })
})

describe('contentRanks', () => {
  it('orders by hash without regard to case', () => {
    expect(contentRanks(['0xB', '0xa', '0xc'])).toEqual([1, 0, 2])
  })
})
