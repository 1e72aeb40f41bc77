import { describe, expect, it } from 'vitest'
import { repeatCommand, searchReport } from '../../../../cli/lab/search-report.ts'

const words = [
  'lab',
  '--search',
  'framing',
  '--budget=20',
  '--seed',
  '1,2',
  '--objective',
  'frame',
  '--clip',
  '--attack',
  'none',
  '--out',
  'red',
]

describe('report of a search', () => {
  it('gives the command that repeats a strategy, with all options that decide a cell', () => {
    expect(repeatCommand(words, 'framing:push=2')).toBe('quorate lab --seed 1,2 --clip --out red --attack none,framing:push=2')
  })

  it('lists the strongest first, with its parameters', () => {
    const tried = [2, 1].map((value) => ({ text: `framing:push=${value}`, values: { push: value, lag: 2 }, value }))
    const report = searchReport({ tried, start: 'framing:push=1', objective: 'bits', seeds: 2, words })
    expect(report).toContain('| value | push | lag |\n|---|---|---|\n| 2.000 | 2 | 2 |\n| 1.000 | 1 | 2 |')
    expect(report).toContain('began with 1.000')
    expect(report).toContain('--attack none,framing:push=2\n')
  })
})
