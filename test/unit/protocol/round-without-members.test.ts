import { describe, expect, it } from 'vitest'
import { decide, initialRoundState, reduceRound, selfWith, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, RoundPlan } from '../../../src/protocol/index.ts'

const OPERATOR: Address = `0x${'99'.repeat(20)}`
const PLAN: RoundPlan = {
  task: 1n,
  round: 1n,
  openedAt: 1000,
  snapshot: 999,
  windows: { commit: 60, reveal: 20, attest: 20, post: 30, challenge: 100 },
  base: ZERO_HASH,
  operator: OPERATOR,
  operatorKey: `0x${'98'.repeat(20)}`,
  operatorSlot: 100,
  members: [],
  totalStake: 0n,
  spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
  quorumBps: 6667,
}

describe('a round without members', () => {
  const open = initialRoundState(PLAN)
  const operator = selfWith(OPERATOR, ['seal', 'build', 'post'])

  it('is not sealed before the commit window is over: the ledger would refuse its claim until then', () => {
    expect(decide(reduceRound(open, { type: 'tick', now: 1059 }), operator)).toEqual([])
  })

  it('is ended soon after the commit window: no claim of it is true', () => {
    expect(decide(reduceRound(open, { type: 'tick', now: 1066 }), operator)).toEqual([])
    expect(decide(reduceRound(open, { type: 'tick', now: 1067 }), operator)).toMatchObject([{ type: 'fail' }])
  })
})
