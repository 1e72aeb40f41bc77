import { describe, expect, it } from 'vitest'
import { COLUMNS, phaseText, refusalText, wrap } from '../../../cli/demo/words.ts'
import { PHASES } from '../../../src/protocol/index.ts'

const counts = { committed: 5, revealed: 4, attested: 3, agreed: 2 }

it('says how far a round is, in words for each phase', () => {
  expect(PHASES.map((phase) => phaseText(phase, counts, 8))).toEqual([
    'training, 5 of 8 committed',
    'showing updates, 4 of 8 revealed',
    'fetching updates, 3 of 8 attested',
    'computing the claim',
    'replaying the claim, 2 of 8 agreed',
  ])
})

it('explains a refusal in words of its own for each verdict and reason', () => {
  const told = [
    { verdict: 'rejected' },
    { verdict: 'quarantined' },
    { verdict: 'unavailable' },
    ...['copy', 'value', 'norm'].map((reason) => ({ verdict: 'inadmissible', reason })),
  ].map((row) => refusalText(row))
  expect(new Set(told).size).toBe(told.length)
  expect(told[0]).toBe('rejected: too far from the others')
  expect(refusalText({ verdict: 'rejected' }, '25')).toMatch(/; quarantined until round 25$/)
})

describe('wrap', () => {
  const long = `${'word '.repeat(40)}0x${'a'.repeat(64)}`

  it('keeps every word, and every line within a terminal', () => {
    const wrapped = wrap(long)
    expect(wrapped.split(/\s+/)).toEqual(long.split(' '))
    for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(COLUMNS)
  })

  it('leaves lines that fit as they are, with their columns', () => {
    const columns = 'Next:\n  npm run demo -- --open    with a dashboard'
    expect(wrap(columns)).toBe(columns)
  })

  it('leaves a word alone that is wider than a terminal', () => {
    expect(wrap('a'.repeat(100))).toBe('a'.repeat(100))
  })
})
