import { describe, expect, it } from 'vitest'
import { decide, initialRoundState, reduceRound, selfWith, VIA_CHAIN, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, RoundEvent, RoundPlan, RoundState } from '../../../src/protocol/index.ts'

const [MEMBER, OPERATOR, KEY, OTHER]: Address[] = [1, 2, 3, 4].map((n): Address => `0x${String(n).repeat(40)}`)
const PLAN: RoundPlan = {
  task: 1n,
  round: 5n,
  openedAt: 1000,
  snapshot: 999,
  windows: { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 600 },
  base: ZERO_HASH,
  operator: OPERATOR!,
  operatorKey: KEY!,
  operatorSlot: 100,
  members: [{ member: MEMBER!, operatorKey: MEMBER!, slot: 0, stake: 1n }],
  totalStake: 1n,
  spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
  quorumBps: 6667,
}
const TRAINED: RoundEvent = { type: 'trained', updateRoot: ZERO_HASH, salt: ZERO_HASH }
const RECEIPT: RoundEvent = { type: 'receipt', member: MEMBER!, commitment: ZERO_HASH, operatorKey: KEY!, signature: '0x' }
const FORCED: RoundEvent = { type: 'commitment', member: MEMBER!, commitment: ZERO_HASH, source: VIA_CHAIN }

const after = (plan: RoundPlan, ...events: RoundEvent[]): RoundState => events.reduce(reduceRound, initialRoundState(plan))
const owed = (state: RoundState): string[] => decide(state, selfWith(MEMBER!, ['commit'])).map(({ type }) => type)

describe('what a reorganisation takes from a member', () => {
  it('forces its commitment again when the chain has it no more', () => {
    const forced = after(PLAN, TRAINED, { type: 'tick', now: 1046 }, FORCED)
    expect(owed(forced)).toEqual([])
    expect(owed(reduceRound(forced, { type: 'chain', forced: [] }))).toEqual(['commit', 'force'])
  })

  it('hands its commitment to the operator that has the seat now', () => {
    expect(owed(after(PLAN, TRAINED, RECEIPT))).toEqual([])
    // The journal of the number, read again under the new opening.
    const reopened = after({ ...PLAN, operatorKey: OTHER! }, TRAINED, RECEIPT)
    expect(owed(reopened)).toEqual(['commit'])
    const again: RoundEvent = { ...RECEIPT, operatorKey: OTHER! }
    expect(owed(reduceRound(reopened, again))).toEqual([])
  })
})
