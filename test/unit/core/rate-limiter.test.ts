import { expect, test } from 'vitest'
import { RateLimiter } from '../../../src/core/index.ts'

test('allows a burst, then the rate, by key', () => {
  let now = 0
  const limiter = new RateLimiter({ perSecond: 2, burst: 3, keys: 10, now: () => now })
  const take = (count: number, key = 'a') => Array.from({ length: count }, () => limiter.take(key))
  expect(take(4)).toEqual([true, true, true, false])
  expect(take(1, 'b')).toEqual([true])
  now = 499
  expect(take(1)).toEqual([false])
  now = 500
  expect(take(2)).toEqual([true, false])
  now = 1_000_000
  expect(take(4)).toEqual([true, true, true, false])
})

test('remembers a bounded number of keys and forgets the quietest', () => {
  const limiter = new RateLimiter({ perSecond: 1, burst: 1, keys: 2, now: () => 0 })
  expect([limiter.take('a'), limiter.take('b'), limiter.take('a'), limiter.take('c')]).toEqual([true, true, false, true])
  expect(limiter.take('a'), 'used after b').toBe(false)
  expect(limiter.take('b'), 'forgotten').toBe(true)
})
