import { expect, it } from 'vitest'
import { accuracyOfMix } from '../../../src/lab/own-accuracy.ts'
import { ownTable, summarise } from '../../../src/lab/index.ts'
import { resultOf } from './fixtures.ts'

it('weighs the recall of each class with its share in the samples of the member', () => {
  const confusion = [
    [8, 2],
    [5, 5],
  ]
  expect(accuracyOfMix({ confusion }, [1, 0])).toBe(0.8)
  expect(accuracyOfMix({ confusion }, [0.5, 0.5])).toBeCloseTo(0.65)
  // A class that was not measured says nothing.
  expect(accuracyOfMix({ confusion: [...confusion.map((row) => [...row, 0]), [0, 0, 0]] }, [0.25, 0.25, 0.5])).toBeCloseTo(0.65)
})

it('has a row for each cell in which members were measured by themselves', () => {
  expect(ownTable(summarise([resultOf({})]))).toBe('')
  const measured = resultOf(
    { circumstance: 'rotated-images', attack: 'none' },
    { own: { affected: 0.5, others: 0.75 }, alone: { affected: 0.625, others: 0.5 } },
  )
  const other = resultOf({ circumstance: 'rotated-images' }, { own: { others: 0.25 } })
  expect(
    ownTable(summarise([measured, other]))
      .split('\n')
      .slice(2),
  ).toEqual([
    '| dirichlet:0.5 rotated-images × equalised-nnm-gm | .500 | .750 | .625 | .500 |',
    '| dirichlet:0.5 rotated-images under sign-flip × equalised-nnm-gm | – | .250 | – | – |',
    '',
  ])
})
