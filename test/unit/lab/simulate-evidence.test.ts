import { describe, expect, it } from 'vitest'
import { liveThrough, redraw } from '../../../src/lab/index.ts'
import { createRandom } from '../../../src/training/index.ts'
import type { Verdict } from '../../../src/protocol/index.ts'

const verdicts = (text: string): Verdict[] => Array.from(text, (digit) => Number(digit) as Verdict)

describe('liveThrough', () => {
  it('counts quarantines and which of them could be slashed; rounds in quarantine do not count', () => {
    expect(liveThrough(verdicts('5'.repeat(8)))).toEqual({ rejected: 8, quarantines: [8], slashable: 0 })
    expect(liveThrough(verdicts('5'.repeat(32)))).toEqual({ rejected: 16, quarantines: [8, 32], slashable: 1 })
    expect(liveThrough(verdicts('34'.repeat(500)))).toEqual({ rejected: 0, quarantines: [], slashable: 0 })
  })

  it('waits while a member is not scored', () => {
    expect(liveThrough(verdicts('50515250515250515250515'))).toMatchObject({ rejected: 8, quarantines: [15] })
  })
})

describe('redraw', () => {
  it('keeps rounds together that were recorded together', () => {
    const drawn = [...redraw('3333355555', 1000, 5, createRandom(1))]
    expect(drawn).toHaveLength(1000)
    const changes = drawn.filter((verdict, i) => i > 0 && verdict !== drawn[i - 1]).length
    expect(changes).toBeLessThan(400)
    const rate = drawn.filter((verdict) => verdict === 5).length / 1000
    expect(rate).toBeGreaterThan(0.4)
    expect(rate).toBeLessThan(0.6)
  })
})
