import { describe, expect, it } from 'vitest'
import { addUpSpending, epsilonOf } from '../../../src/privacy/index.ts'
import type { PrivacyEvent } from '../../../src/privacy/index.ts'
import { spendingOf, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { SpendingMessage } from '../../../src/protocol/index.ts'

const DELTA = 1e-5
const STEP: PrivacyEvent = { noiseMultiplier: 1.1, samplingRate: 1 / 3, steps: 20 }
const MEMBER = `0x${'ab'.repeat(20)}` as const

/** What a member states; honest but for the change. */
function stated(
  round: bigint,
  change: { epsilon?: number; total?: number; steps?: PrivacyEvent[]; member?: `0x${string}`; delta?: number } = {},
): SpendingMessage {
  const { steps = [STEP], delta = DELTA, member = MEMBER } = change
  const own = epsilonOf(steps, delta)
  const total = change.total ?? epsilonOf([{ ...STEP, steps: Number(round) * STEP.steps }], delta)
  const numbers = spendingOf({ epsilon: change.epsilon ?? own, total: Math.max(total, change.epsilon ?? own), delta, steps })!
  return { kind: 'spending', task: 1n, round, member, commitment: ZERO_HASH, signature: '0x', ...numbers }
}

describe('addUpSpending', () => {
  it('finds nothing in what an honest member states, in any order', () => {
    const statements = [stated(3n), stated(1n), stated(2n)]
    const [only, ...others] = addUpSpending(statements)
    expect(others).toEqual([])
    expect(only).toMatchObject({ member: MEMBER, rounds: 3, newest: 3n, delta: DELTA, faults: [] })
    expect(only!.total).toBeCloseTo(epsilonOf([{ ...STEP, steps: 60 }], DELTA), 5)
    expect(only!.counted).toBeCloseTo(only!.total, 5)
  })

  it('lets a member say more: of rounds that failed, or of another task over the same records', () => {
    expect(addUpSpending([stated(1n, { total: 50 }), stated(5n, { total: 60 })])[0]!.faults).toEqual([])
  })

  it('names a member whose round costs more than it says', () => {
    const own = epsilonOf([STEP], DELTA)
    const [found] = addUpSpending([stated(1n, { epsilon: own * 0.99, total: 50 })])
    expect(found!.faults).toEqual([
      { round: 1n, text: expect.stringMatching(/for the round, and its own noise, rate and steps give/) as string },
    ])
  })

  it('names a member whose total is less than its statements give', () => {
    const twice = epsilonOf([{ ...STEP, steps: 40 }], DELTA)
    const [found] = addUpSpending([stated(1n), stated(2n, { total: twice * 0.99 })])
    expect(found!.faults).toMatchObject([
      { round: 2n, text: expect.stringMatching(/in all, and its own statements give/) as string },
    ])
  })

  it('names a member whose total falls: a ledger that began anew', () => {
    const [found] = addUpSpending([stated(1n, { total: 50 }), stated(2n)])
    expect(found!.faults).toMatchObject([
      { round: 2n, text: expect.stringMatching(/in all, and stated 50\.000 before/) as string },
    ])
    // At another δ the same steps have another ε.
    expect(addUpSpending([stated(1n, { delta: 1e-9 }), stated(2n, { delta: 1e-3 })])[0]!.faults).toEqual([])
  })

  it('adds up each member by itself', () => {
    const other = `0x${'cd'.repeat(20)}` as const
    const found = addUpSpending([stated(1n), stated(1n, { member: other, epsilon: 0.001, total: 50 }), stated(2n)])
    expect(found.map(({ member, faults }) => [member, faults.length])).toEqual([
      [MEMBER, 0],
      [other, 1],
    ])
  })
})
