import { expect, it } from 'vitest'
import { rowQuestions } from '../../../src/judge/search/row-questions.ts'
import { COURT_MAX_UNITS, CourtKind, CourtTree, courtUnits } from '../../../src/protocol/index.ts'

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const leaf = (index: number): unknown => ({ kind: 'leaf', tree: CourtTree.members, index })

it('asks for neighbouring rows at once where that costs less', () => {
  expect(rowQuestions([3, 40])).toEqual([leaf(3), leaf(40)])
  // Seven rows cost what a group costs, and an eighth more.
  expect(rowQuestions(range(0, 7))).toEqual(range(0, 7).map(leaf))
  expect(rowQuestions(range(0, 8))).toEqual([{ kind: 'rows', index: 0 }])
  expect(rowQuestions([...range(16, 32), 33])).toEqual([{ kind: 'rows', index: 1 }, leaf(33)])
})

it('opens all rows of the largest claim with eight requests, within the limit of one claim', () => {
  const questions = rowQuestions(range(0, 128))
  expect(questions).toEqual(range(0, 8).map((index) => ({ kind: 'rows', index })))
  expect(courtUnits(CourtKind.rows, CourtTree.members)).toBeLessThanOrEqual(COURT_MAX_UNITS)
})
