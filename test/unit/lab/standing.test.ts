import { describe, expect, it } from 'vitest'
import { standingOf } from '../../../src/lab/standing.ts'

describe('standingOf', () => {
  it('counts rejections in a row and the stake of the bet', () => {
    expect(standingOf('3333')).toEqual({ inARow: 0, bet: 0, rise: 0, lostLater: 0, quarantines: 0 })
    const { inARow, bet } = standingOf('553553')
    expect(inARow).toBe(2)
    // 5/2 · 5/2 · 5/8 · 5/2 · 5/2, rounded down.
    expect(2 ** bet).toBeCloseTo((5 / 2) ** 4 * (5 / 8), 0)
  })

  it('a rise counts from the lowest stake before it', () => {
    const { bet, rise } = standingOf('333355')
    expect(bet).toBe(0)
    expect(2 ** rise).toBeCloseTo((5 / 2) ** 2, 1)
    // A quarantine begins a new bet.
    expect(standingOf(`${'5'.repeat(8)}${'0'.repeat(16)}55`).rise).toBe(standingOf('5'.repeat(8)).rise)
  })

  it('rounds in which nobody scored the member do not end a row', () => {
    expect(standingOf('5125').inARow).toBe(2)
    expect(standingOf('535').inARow).toBe(1)
  })

  it('a quarantine is the limit, and its rounds are lost', () => {
    const { quarantines, bet, lostLater } = standingOf(`${'5'.repeat(8)}${'0'.repeat(8)}`)
    expect(quarantines).toBe(1)
    expect(2 ** bet).toBeGreaterThanOrEqual(1000)
    expect(lostLater).toBe(1)
  })

  it('leaves out the first three rounds of what was lost later', () => {
    expect(standingOf('55533').lostLater).toBe(0)
    expect(standingOf('33353').lostLater).toBe(0.5)
    expect(standingOf('33').lostLater).toBe(0)
  })
})
