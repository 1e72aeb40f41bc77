import { describe, expect, it } from 'vitest'
import { bestRound, mayStop, metricValue } from '../../../src/training/index.ts'
import type { MeasuredRound } from '../../../src/training/index.ts'

const rounds = (...losses: number[]): MeasuredRound[] =>
  losses.map((loss, i) => ({ round: i + 1, evaluation: { loss, accuracy: 1 - loss, metrics: { auc: loss } } }))

describe('bestRound', () => {
  it('takes the lowest loss, the highest accuracy, and the first of equal rounds', () => {
    expect(bestRound(rounds(0.5, 0.2, 0.3, 0.2), 'loss')?.round).toBe(2)
    expect(bestRound(rounds(0.5, 0.2, 0.3, 0.2), 'accuracy')?.round).toBe(2)
    expect(bestRound(rounds(0.5, 0.2, 0.3, 0.5), 'auc')?.round).toBe(1)
  })

  it('does not take a round whose metric is missing or not a number', () => {
    expect(bestRound(rounds(Number.NaN, 0.4, Infinity), 'loss')?.round).toBe(2)
    expect(bestRound(rounds(0.1), 'rmse')).toBeUndefined()
    expect(metricValue({ loss: Number.NaN }, 'loss')).toBeUndefined()
  })
})

describe('mayStop', () => {
  const selection = { metric: 'loss', patience: 2 } as const

  it('waits for so many rounds without a better one', () => {
    expect(mayStop(rounds(0.5), selection)).toBe(false)
    expect(mayStop(rounds(0.5, 0.6), selection)).toBe(false)
    expect(mayStop(rounds(0.5, 0.6, 0.5), selection)).toBe(true)
    expect(mayStop(rounds(0.5, 0.6, 0.4), selection)).toBe(false)
  })

  it('never stops with a patience of 0, or where nothing was measured', () => {
    expect(mayStop(rounds(0.1, 0.2, 0.3, 0.4), { metric: 'loss', patience: 0 })).toBe(false)
    expect(mayStop(rounds(0.1, 0.2, 0.3, 0.4), { metric: 'rmse', patience: 1 })).toBe(false)
  })
})
