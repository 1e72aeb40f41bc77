import { describe, expect, it } from 'vitest'
import { OBJECTIVES } from '../../../../src/lab/search/index.ts'
import type { CellResult } from '../../../../src/lab/index.ts'
import { resultOf } from '../fixtures.ts'

const quiet = resultOf({ attack: 'none' }, { accuracy: [0.2, 0.5, 0.9] })
const treatment = { rejected: 0, downweighted: 0, weightless: 0, unpaid: 0, pay: 1, weight: 1 }

describe('objectives', () => {
  it('damage is in points, over the last third of the measurements', () => {
    expect(OBJECTIVES.damage.of(resultOf({}, { accuracy: [0.9, 0.9, 0.8] }), quiet)).toBeCloseTo(10)
    const longer = resultOf({}, { accuracy: [0, 0, 0, 0, 0.7, 0.8] })
    expect(OBJECTIVES.damage.of(longer, quiet)).toBeCloseTo(15)
  })

  it('pay is that of the attackers', () => {
    expect(OBJECTIVES.pay.of(resultOf({}, { attackers: { ...treatment, pay: 1.16 } }))).toBe(1.16)
  })

  it('frame rises with each rejection of one member, with a quarantine, and a little with lost pay', () => {
    const framed = (honest: string[], pay = 1): CellResult =>
      resultOf({}, { verdicts: { honest, attackers: [] }, members: honest.map(() => ({ ...treatment, pay })) })
    const of = (...honest: string[]): number => OBJECTIVES.frame.of(framed(honest))
    expect(of('5533', '3333')).toBeGreaterThan(of('5333', '3333'))
    // Two members rejected once are less than one rejected twice in a row.
    expect(of('3355', '3333')).toBeGreaterThan(of('3353', '3335'))
    expect(of('5'.repeat(8))).toBeGreaterThan(10)
    expect(OBJECTIVES.frame.of(framed(['3333'], 0.4))).toBeCloseTo(0.06)
    expect(OBJECTIVES.frame.of(framed(['5333'], 1))).toBeGreaterThan(OBJECTIVES.frame.of(framed(['3333'], 0)))
  })
})
