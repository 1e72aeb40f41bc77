import { expect, it } from 'vitest'
import { plural, secondsLeft } from '../../../src/core/index.ts'

it('a number has its noun', () => {
  expect([0, 1, 2].map((count) => plural(count, 'member'))).toEqual(['0 members', '1 member', '2 members'])
  expect(plural(1n, 'round')).toBe('1 round')
  expect([1, 3].map((count) => plural(count, 'member has', 'members have'))).toEqual(['1 member has', '3 members have'])
})

it('the rest takes as long as the pace says, and nothing is known before the first part', () => {
  expect(secondsLeft({ elapsed: 5, done: 0, total: 4 })).toBeUndefined()
  expect(secondsLeft({ elapsed: 10, done: 2, total: 6 })).toBe(20)
  expect(secondsLeft({ elapsed: 10, done: 7, total: 6 })).toBe(0)
})
