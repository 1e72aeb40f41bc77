import { describe, expect, it } from 'vitest'
import { rowsToSeal, seal } from '../../../src/node/duties/seal.ts'
import type { SealCall } from '../../../src/node/index.ts'
import {
  decide,
  forcedHashOf,
  initialRoundState,
  leftOut,
  MAX_MEMBERS,
  recordOf,
  reduceRound,
  selfWith,
  VIA_CHAIN,
  viaSignature,
} from '../../../src/protocol/index.ts'
import type { CommitmentSource, RoundEvent, RoundPlan, RoundState } from '../../../src/protocol/index.ts'
import { address, hash, PLAN, SIGNATURE } from '../../support/node/round-events.ts'

/** Two of the five members of a snapshot were drawn, each with more than its stake. */
const DRAWN: RoundPlan = {
  ...PLAN,
  snapshot: 200,
  seed: hash(77),
  memberCount: 5,
  members: [1, 3].map((n) => ({ member: address(n), operatorKey: address(n + 50), slot: n, stake: 250n, ticket: BigInt(n) })),
  totalStake: 500n,
}
const operator = selfWith(PLAN.operator, ['seal', 'build', 'post'])
const commitment = (n: number, source: CommitmentSource = viaSignature(SIGNATURE)): RoundEvent => ({
  type: 'commitment',
  member: address(n),
  commitment: hash(n),
  source,
})
const play = (plan: RoundPlan, events: readonly RoundEvent[]): RoundState => events.reduce(reduceRound, initialRoundState(plan))
const types = (state: RoundState): string[] => decide(state, operator).map(({ type }) => type)

describe('a drawn round', () => {
  it('is sealed early only if every member of the snapshot was drawn', () => {
    const early = [commitment(1), commitment(3), { type: 'tick', now: 1050 }] as const
    expect(types(play(DRAWN, early))).toEqual([])
    expect(types(play(DRAWN, [...early, { type: 'tick', now: 1060 }]))).toEqual(['list'])
    expect(types(play({ ...DRAWN, memberCount: 2 }, early))).toEqual(['list'])
  })

  it('takes nothing of members that were not drawn, and asks nothing of them', () => {
    const state = play(DRAWN, [commitment(2), commitment(4, VIA_CHAIN)])
    expect([state.commitments.size, state.forced]).toEqual([0, []])
    const duties = ['train', 'commit', 'hold', 'replay'] as const
    expect(decide(state, selfWith(address(2), duties))).toEqual([])
    expect(decide(state, selfWith(address(1), duties))).toMatchObject([{ type: 'train' }])
  })

  it('names in its seal the forced commitments hashed on from the seed', async () => {
    const forced = { member: address(3), commitment: hash(3) }
    const events: RoundEvent[] = [commitment(1), commitment(3, VIA_CHAIN), { type: 'tick', now: 1060 }]
    const open = play(DRAWN, events)
    const listed = reduceRound(open, { type: 'list', rows: rowsToSeal(open), known: 2 })
    const [debt] = decide(listed, operator)
    const calls: SealCall[] = []
    const ports = { task: { id: 1n }, voice: { publish: async () => {} }, logger: { info: () => {} } }
    const duty = seal(ports as never, {
      seal: async (call) => {
        calls.push(call)
        return { hash: hash(1), gasUsed: 1n, blockNumber: 1n }
      },
      events: { emit: () => {} },
    })
    await duty.seal!(debt as never, listed, new AbortController().signal)
    expect(calls).toMatchObject([{ count: 2, forcedHash: forcedHashOf([forced], DRAWN.seed) }])
    expect(calls[0]!.forcedHash).not.toBe(forcedHashOf([forced]))
  })

  it('is recorded with the members that were drawn and what each counts', () => {
    const events: RoundEvent[] = [commitment(1), commitment(3), { type: 'tick', now: 1060 }]
    const open = play(DRAWN, events)
    const rows = rowsToSeal(open)
    const listed = reduceRound(open, { type: 'list', rows, known: 2 })
    const digest = (decide(listed, operator)[0] as { digest: `0x${string}` }).digest
    const sealed = reduceRound(listed, { type: 'sealed', digest, count: 2, sealedAt: 1060 })
    const { snapshot } = recordOf({ chainId: 1, ledger: address(7) }, sealed)
    expect(snapshot).toMatchObject({ timepoint: 200, totalStake: 500n, members: [{ stake: 250n }, { stake: 250n }] })
  })
})

describe('a round that drew more members than a claim has rows', () => {
  const plan: RoundPlan = {
    ...DRAWN,
    memberCount: 1000,
    members: Array.from({ length: MAX_MEMBERS + 2 }, (_, i) => ({
      member: address(i + 1),
      operatorKey: address(i + 500),
      slot: i,
      stake: 250n,
      // The higher the slot, the lower the ticket.
      ticket: BigInt(1000 - i),
    })),
  }
  const all = plan.members.map((_, i) => commitment(i + 1))
  const end: RoundEvent = { type: 'tick', now: 1060 }

  it('seals the lowest tickets', () => {
    const open = play(plan, [...all, end])
    const rows = rowsToSeal(open)
    expect(rows).toHaveLength(MAX_MEMBERS)
    expect(rows[0]!.member).toBe(address(3))
    const listed = reduceRound(open, { type: 'list', rows, known: open.commitments.size })
    expect(types(listed)).toEqual(['seal'])
  })

  it('makes a full list anew for a forced commitment with a lower ticket, and for no other', () => {
    const withLast = (last: number): RoundState => {
      const others = all.filter((_, i) => i !== last)
      const open = play(plan, [...others, end])
      const listed = reduceRound(open, { type: 'list', rows: rowsToSeal(open), known: open.commitments.size })
      return reduceRound(listed, commitment(last + 1, VIA_CHAIN))
    }
    expect(types(withLast(0))).toEqual(['seal'])
    const anew = withLast(MAX_MEMBERS + 1)
    expect(types(anew)).toEqual(['list'])
    expect(rowsToSeal(anew).at(-1)!.member).toBe(address(MAX_MEMBERS + 2))
  })

  it('leaves nobody out whose ticket is higher than those of a full list', () => {
    const open = play(plan, [...all, end])
    const rows = rowsToSeal(open).map((row) => ({ ...row, slot: 0 }))
    const receipts = new Map(
      [1, MAX_MEMBERS + 2].map((n) => [address(n), { commitment: hash(n), operatorKey: plan.operatorKey, signature: SIGNATURE }]),
    )
    const seal = { rows, commitments: hash(9), sealedAt: 1060, listedAt: 1060 }
    expect(leftOut({ plan, seal, receipts, forced: [] })).toEqual([])
    const lied = { ...seal, rows: [...rows.slice(0, -1), { ...rows[0]!, member: address(2) }] }
    expect(leftOut({ plan, seal: lied, receipts, forced: [] })).toEqual([address(MAX_MEMBERS + 2)])
  })
})
