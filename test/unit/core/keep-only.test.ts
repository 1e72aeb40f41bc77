import { expect, it } from 'vitest'
import { keepOnly } from '../../../src/core/index.ts'

it('keeps of a map and of a set what is wanted', () => {
  const map = new Map([1, 2, 3, 4].map((key) => [key, `value ${key}`]))
  const set = new Set([1, 2, 3, 4])
  for (const kept of [map, set]) keepOnly(kept, new Set([2, 4, 9]))
  expect([...map]).toEqual([
    [2, 'value 2'],
    [4, 'value 4'],
  ])
  expect([...set]).toEqual([2, 4])
})
