import fc from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import {
  attestationsComplete,
  commitmentOf,
  commitmentsHash,
  decide,
  genesisClaim,
  initialRoundState,
  phaseOf,
  PHASES,
  reduceRound,
  ROUND_DUTIES,
  selfWith,
  VIA_CHAIN,
  viaSignature,
} from '../../src/protocol/index.ts'
import type {
  Address,
  CommitmentSource,
  Receipt,
  Hash,
  RoundEvent,
  RoundPlan,
  RoundState,
  Self,
} from '../../src/protocol/index.ts'

const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
const hash = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`
const signature = `0x${'11'.repeat(65)}` as const
const source = viaSignature(signature)
const receipt = { by: 'operator', signature } as const

const plan: RoundPlan = {
  task: 1n,
  round: 1n,
  openedAt: 1000,
  windows: { commit: 60, reveal: 20, attest: 20, post: 30, takeover: 60, challenge: 100 },
  base: hash(1),
  operator: address(99),
  operatorKey: address(98),
  members: [1, 2, 3, 4].map((n) => ({ member: address(n), operatorKey: address(n + 50), slot: n, stake: 100n })),
  totalStake: 400n,
  quorumBps: 6667,
}
const seat = { operator: address(99), operatorKey: address(98) }
const claim = genesisClaim(hash(1), hash(2), hash(3))

const member = fc.integer({ min: 1, max: 6 }).map(address)
const small = fc.integer({ min: 1, max: 4 }).map(hash)
const sources = fc.constantFrom<CommitmentSource>(source, VIA_CHAIN)
const sealedRows = fc
  .uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 4 })
  .map((numbers) => numbers.map((n) => ({ member: address(n), commitment: hash(n), source })))
const event: fc.Arbitrary<RoundEvent> = fc.oneof(
  fc.record({ type: fc.constant('trained' as const), updateRoot: small, salt: small }),
  fc.record({ type: fc.constant('receipt' as const), receipt: fc.constantFrom<Receipt>(receipt, { by: 'chain' }) }),
  fc.record({ type: fc.constant('commitment' as const), member, commitment: small, source: sources }),
  fc.record({
    type: fc.constant('seal' as const),
    rows: sealedRows,
    signature: fc.constant(signature),
    operator: fc.constant(address(99)),
    operatorKey: fc.constant(address(98)),
  }),
  fc.record({ type: fc.constant('reveal' as const), member, updateRoot: small, salt: small, signature: fc.constant(signature) }),
  fc.record({ type: fc.constant('held' as const), updateRoot: small }),
  fc.record({
    type: fc.constant('attestation' as const),
    member,
    commitments: sealedRows.map((rows) => commitmentsHash(rows)),
    held: fc.bigInt({ min: 0n, max: 15n }),
    signature: fc.constant(signature),
  }),
  fc.record({ type: fc.constant('built' as const), claimHash: small, claim: fc.constant(claim) }),
  fc.record({
    type: fc.constant('posted' as const),
    claimHash: small,
    claim: fc.constant(claim),
    operator: fc.constant(address(99)),
  }),
  fc.record({ type: fc.constant('replayed' as const), claimHash: small, match: fc.boolean() }),
  fc.record({
    type: fc.constant('rejected' as const),
    claimHash: small,
    plan: fc.constant({ ...seat, vacant: true, reopenedAt: 1120, postEnd: 1150, takeoverEnd: 1210 }),
  }),
  fc.record({ type: fc.constant('tick' as const), now: fc.integer({ min: 990, max: 1300 }) }),
)
const operatorOf = (n: number): Self => selfWith(address(n), ['hold', 'replay', 'seal', 'build', 'post'])
const memberOf = (n: number): Self => selfWith(address(n), ['hold', 'replay', 'train', 'commit'])
const self = fc.oneof(
  fc.constant(operatorOf(99)),
  fc.integer({ min: 1, max: 6 }).map(memberOf),
  fc.tuple(member, fc.subarray([...ROUND_DUTIES])).map(([owner, duties]) => selfWith(owner, duties)),
)

function check(state: RoundState): void {
  expect(PHASES).toContain(phaseOf(state))
  const known = new Set(plan.members.map((candidate) => candidate.member))
  for (const map of [state.commitments, state.attestations]) {
    for (const key of map.keys()) expect(known.has(key)).toBe(true)
  }
  const sealed = new Set(state.seal?.rows.map((row) => row.member))
  if (state.seal) for (const key of state.reveals.keys()) expect(sealed.has(key)).toBe(true)
  if (state.posted) expect(state.rejected.has(state.posted.claimHash)).toBe(false)
  if (state.replay) expect(state.replay.claimHash).toBe(state.posted?.claimHash)
  if (state.seal) {
    const slots = state.seal.rows.map((row) => row.slot)
    expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b))
  }
}

describe('round state machine', () => {
  it('never leaves its states under any event order, and repeats change nothing', () => {
    fc.assert(
      fc.property(self, fc.array(event, { maxLength: 60 }), (who, events) => {
        let state = initialRoundState(plan)
        for (const next of events) {
          state = reduceRound(state, next)
          check(state)
          if (next.type !== 'rejected' && next.type !== 'posted') expect(reduceRound(state, next)).toEqual(state)
          const keys = decide(state, who).map((effect) => effect.key)
          expect(new Set(keys).size).toBe(keys.length)
        }
        // A journal of the events rebuilds the state, as a restarted process needs.
        expect(events.reduce(reduceRound, initialRoundState(plan))).toEqual(state)
      }),
      { numRuns: 1000 },
    )
  })

  it('goes forward only: a phase returns solely when the chain rejects a claim', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state = initialRoundState(plan)
        for (const next of events) {
          const before = PHASES.indexOf(phaseOf(state))
          state = reduceRound(state, next)
          if (next.type !== 'rejected') expect(PHASES.indexOf(phaseOf(state))).toBeGreaterThanOrEqual(before)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('cannot hang: whatever happened, some operator owes the next step of an unposted round', () => {
    const owed = (who: number, now: number, events: RoundEvent[]): string[] => {
      // Ticks of the random history reach past the deadlines; what counts here is the time asked about.
      const past = events.filter((next) => next.type !== 'tick' && next.type !== 'rejected' && next.type !== 'posted')
      const state = past.reduce(reduceRound, initialRoundState(plan))
      return decide(reduceRound(state, { type: 'tick', now }), operatorOf(who)).map((effect) => effect.type)
    }
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        expect(owed(99, 1125, events).some((type) => ['seal', 'build', 'post'].includes(type))).toBe(true)
        expect(owed(97, 1125, events).some((type) => ['seal', 'build', 'post', 'void'].includes(type))).toBe(false)
        expect(owed(99, 1150, events).some((type) => ['seal', 'build', 'post', 'void'].includes(type))).toBe(false)
        expect(owed(97, 1150, events).some((type) => ['seal', 'build', 'post'].includes(type))).toBe(true)
        expect(owed(97, 1190, events)).toContain('void')
      }),
      { numRuns: 300 },
    )
  })

  it('forces the commitment of a member that a seal leaves out while there is time', () => {
    const types = (state: RoundState): string[] => decide(state, memberOf(2)).map((effect) => effect.type)
    const row = (n: number) => ({ member: address(n), commitment: hash(n), source })
    const sealOf = (...members: number[]): RoundEvent => ({ type: 'seal', rows: members.map(row), signature, ...seat })
    const fresh = initialRoundState(plan)
    // Still training when the operator seals without it: it goes on.
    const leftOut = reduceRound(fresh, sealOf(1, 3, 4))
    expect(types(leftOut)).toEqual(['train'])
    const ready = reduceRound(leftOut, { type: 'trained', updateRoot: hash(12), salt: hash(22) })
    expect(types(ready)).toEqual(['force'])
    expect(types(reduceRound(ready, { type: 'receipt', receipt }))).toEqual([])
    expect(types(reduceRound(ready, { type: 'tick', now: 1060 }))).not.toContain('force')
    // Who is in the seal has nothing to force, receipt or not.
    const within = reduceRound(reduceRound(fresh, { type: 'trained', updateRoot: hash(12), salt: hash(22) }), sealOf(1, 2))
    expect(types(within)).toEqual(['reveal'])
  })

  it('walks a full round as member and as operator', () => {
    const rows = [1, 2, 3, 4].map((n) => ({
      member: address(n),
      commitment: commitmentOf(plan.task, plan.round, address(n), hash(10 + n), hash(20 + n)),
      source,
    }))
    const owed = (state: RoundState, who: Self): string[] => decide(state, who).map((effect) => effect.type)
    const types = (state: RoundState): string[] => owed(state, memberOf(2))
    const operates = (state: RoundState): string[] => owed(state, operatorOf(99))
    let own = initialRoundState(plan)
    let operator = initialRoundState(plan)
    const both = (next: RoundEvent): void => {
      own = reduceRound(own, next)
      operator = reduceRound(operator, next)
    }
    expect(types(own)).toEqual(['train'])
    own = reduceRound(own, { type: 'trained', updateRoot: hash(12), salt: hash(22) })
    expect(types(own)).toEqual(['commit'])
    own = reduceRound(own, { type: 'receipt', receipt })
    expect(types(own)).toEqual([])
    expect(operates(operator)).toEqual([])
    for (const row of rows) both({ type: 'commitment', ...row })
    expect(operates(operator)).toEqual(['seal'])
    both({ type: 'seal', rows, signature, operator: address(99), operatorKey: address(98) })
    expect(types(own)).toEqual(['reveal'])
    for (const n of [1, 2, 3, 4])
      both({ type: 'reveal', member: address(n), updateRoot: hash(10 + n), salt: hash(20 + n), signature })
    expect(phaseOf(operator)).toBe('attest')
    expect(types(own)).toEqual(['fetch', 'fetch', 'fetch'])
    for (const n of [1, 2, 3, 4]) both({ type: 'held', updateRoot: hash(10 + n) })
    expect(decide(own, memberOf(2))).toMatchObject([{ type: 'attest', held: 15n }])
    const { commitments } = own.seal!
    for (const n of [1, 2, 3, 4]) both({ type: 'attestation', member: address(n), commitments, held: 15n, signature })
    expect(attestationsComplete(operator)).toBe(true)
    expect(operates(operator)).toEqual(['build'])
    operator = reduceRound(operator, { type: 'built', claimHash: hash(77), claim })
    expect(operates(operator)).toEqual(['post'])
    both({ type: 'posted', claimHash: hash(77), claim, operator: address(99) })
    // The operator has computed its own claim already.
    expect(operates(operator)).toEqual([])
    expect(operator.replay).toEqual({ claimHash: hash(77), match: true })
    expect(types(own)).toEqual(['replay'])
    own = reduceRound(own, { type: 'replayed', claimHash: hash(77), match: true })
    expect(types(own)).toEqual([])
    const rejected = {
      type: 'rejected' as const,
      claimHash: hash(77),
      plan: { ...seat, vacant: true, reopenedAt: 1100, postEnd: 1130, takeoverEnd: 1190 },
    }
    const back = reduceRound(operator, rejected)
    expect(phaseOf(back)).toBe('commit')
    expect(operates(back)).toEqual([])
    // Another operator seals at once, because everybody has committed; over the same rows everything said before stands.
    const other = reduceRound(back, { type: 'tick', now: 1102 })
    expect(owed(other, operatorOf(97))).toEqual(['seal'])
    const resealed = { type: 'seal' as const, rows, signature, operator: address(97), operatorKey: address(96) }
    const again = reduceRound(other, resealed)
    expect(attestationsComplete(again)).toBe(true)
    expect(owed(again, operatorOf(97))).toEqual(['build'])
    // Over other rows, reveals stay valid, and all members attest again.
    const fewer = reduceRound(other, { ...resealed, rows: rows.slice(1) })
    expect([...fewer.reveals.keys()]).toEqual([2, 3, 4].map(address))
    expect(fewer.attestations.size).toBe(0)
    expect(phaseOf(fewer)).toBe('attest')
    const member2 = reduceRound(reduceRound(own, rejected), { ...resealed, rows: rows.slice(1) })
    expect(decide(member2, memberOf(2))).toMatchObject([{ type: 'attest', held: 7n }])
  })
})
