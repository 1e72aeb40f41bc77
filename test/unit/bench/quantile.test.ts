import { expect, it } from 'vitest'
import { median, quantile } from '../../../bench/quantile.ts'

it('a quantile is one of the values', () => {
  const values = [30, 10, 40, 20]
  expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(values, share))).toEqual([10, 10, 20, 30, 40])
  expect(median([3, 1, 2])).toBe(2)
  expect(values).toEqual([30, 10, 40, 20])
})
