import fc from '../support/fast-check.ts'
import { describe, expect, it } from 'vitest'
import {
  attestationsComplete,
  commitmentOf,
  commitmentsHash,
  decide,
  forcedHashOf,
  initialRoundState,
  leftOut,
  phaseOf,
  PHASES,
  reduceRound,
  roundEnd,
  ROUND_DUTIES,
  selfWith,
  VIA_CHAIN,
  viaSignature,
} from '../../src/protocol/index.ts'
import type { Address, CommitmentSource, Hash, RoundEvent, RoundState, Self } from '../../src/protocol/index.ts'
import { address, CLAIM as claim, hash, PLAN as plan, SIGNATURE as signature } from '../support/node/round-events.ts'

const source = viaSignature(signature)
const receiptOf = (n: number) =>
  ({ type: 'receipt', member: address(n), commitment: hash(n), operatorKey: address(98), signature }) as const

const member = fc.integer({ min: 1, max: 6 }).map(address)
const small = fc.integer({ min: 1, max: 4 }).map(hash)
const sources = fc.constantFrom<CommitmentSource>(source, VIA_CHAIN)
type Rows = readonly { member: Address; commitment: Hash; source: CommitmentSource }[]
const sealedOver = (rows: Rows, sealedAt = 1060, shallow = false): RoundEvent => ({
  type: 'sealed',
  digest: commitmentsHash(rows),
  count: rows.length,
  sealedAt,
  ...(shallow && { shallow }),
})
const sealedRows = fc
  .uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 4 })
  .map((numbers) => numbers.map((n) => ({ member: address(n), commitment: hash(n), source })))
const event: fc.Arbitrary<RoundEvent> = fc.oneof(
  fc.record({ type: fc.constant('trained' as const), updateRoot: small, salt: small }),
  fc.constantFrom(...[1, 2, 3, 4, 5].map(receiptOf)),
  fc.record({ type: fc.constant('commitment' as const), member, commitment: small, source: sources }),
  fc.record({ type: fc.constant('list' as const), rows: sealedRows, known: fc.nat(4) }),
  fc.tuple(sealedRows, fc.boolean()).map(([rows, shallow]): RoundEvent => sealedOver(rows, 1060, shallow)),
  fc.record({ type: fc.constant('seal' as const), rows: sealedRows }),
  fc.record({ type: fc.constant('deep' as const), digest: sealedRows.map((rows) => commitmentsHash(rows)) }),
  fc.record({ type: fc.constant('reveal' as const), member, updateRoot: small, salt: small, signature: fc.constant(signature) }),
  fc.record({ type: fc.constant('held' as const), updateRoot: small }),
  fc.record({
    type: fc.constant('attestation' as const),
    member,
    commitments: sealedRows.map((rows) => commitmentsHash(rows)),
    held: fc.bigInt({ min: 0n, max: 15n }),
    signature: fc.constant(signature),
  }),
  fc.record({
    type: fc.constant('void' as const),
    member,
    claimHash: fc.oneof(small, fc.constant(hash(0))),
    signature: fc.constant(signature),
  }),
  fc.record({
    type: fc.constant('built' as const),
    openedAt: fc.constant(plan.openedAt),
    over: sealedRows.map((rows) => commitmentsHash(rows)),
    claimHash: small,
    claim: fc.constant(claim),
  }),
  fc.record({
    type: fc.constant('posted' as const),
    claimHash: small,
    claim: fc.constant(claim),
    operator: fc.constant(address(99)),
  }),
  fc.record({ type: fc.constant('replayed' as const), claimHash: small, match: fc.boolean() }),
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
  if (state.seal) expect(commitmentsHash(state.seal.rows)).toBe(state.sealed?.digest)
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
          expect(reduceRound(state, next)).toEqual(state)
          const keys = decide(state, who).map((effect) => effect.key)
          expect(new Set(keys).size).toBe(keys.length)
        }
        // A journal of the events rebuilds the state, as a restarted process needs.
        expect(events.reduce(reduceRound, initialRoundState(plan))).toEqual(state)
      }),
      { numRuns: 1000 },
    )
  })

  it('goes forward only', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state = initialRoundState(plan)
        for (const next of events) {
          const before = PHASES.indexOf(phaseOf(state))
          state = reduceRound(state, next)
          expect(PHASES.indexOf(phaseOf(state))).toBeGreaterThanOrEqual(before)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('cannot hang: whatever happened, somebody owes the next step of an unposted round', () => {
    const owed = (who: number, events: RoundEvent[], late: number): string[] => {
      // Ticks of the random history reach past the deadlines; what counts here is the time asked about.
      const past = events.filter((next) => next.type !== 'tick' && next.type !== 'posted')
      const state = past.reduce(reduceRound, initialRoundState(plan))
      const now = roundEnd(state) - 1 + late
      return decide(reduceRound(state, { type: 'tick', now }), operatorOf(who)).map((effect) => effect.type)
    }
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const steps = owed(99, events, 0)
        const state = events
          .filter((next) => next.type !== 'tick' && next.type !== 'posted')
          .reduce(reduceRound, initialRoundState(plan))
        // Without the list of a seal on chain the holder waits for its peers.
        if (state.seal || !state.sealed)
          expect(steps.some((type) => ['list', 'seal', 'build', 'post', 'fail'].includes(type))).toBe(true)
        expect(owed(97, events, 0).some((type) => ['list', 'seal', 'build', 'post', 'fail'].includes(type))).toBe(false)
        for (const who of [97, 99]) expect(owed(who, events, 1)).toContain('fail')
      }),
      { numRuns: 300 },
    )
  })

  it('owes no step to a round that it only catches up with: a late call would hit the open round', () => {
    const behind = { ...plan, caughtUp: true }
    fc.assert(
      fc.property(self, fc.array(event, { maxLength: 60 }), (who, events) => {
        let state = initialRoundState(behind)
        for (const next of events) {
          state = reduceRound(state, next)
          const followed = decide({ ...state, plan }, who)
          // Members may still void its claim. Before the node hears of the claim there is nothing to void.
          expect(decide(state, who)).toEqual(state.posted ? followed.filter(({ type }) => type === 'void') : [])
        }
      }),
      { numRuns: 1000 },
    )
    const late = reduceRound(initialRoundState({ ...behind, lost: true }), { type: 'tick', now: 5000 })
    expect(decide({ ...late, plan }, operatorOf(99)).map(({ type }) => type)).toEqual(['fail'])
    for (const n of [97, 99]) expect(decide(late, operatorOf(n))).toEqual([])
  })

  const row = (n: number) => ({ member: address(n), commitment: hash(n), source })
  const trained = { type: 'trained', updateRoot: hash(12), salt: hash(22) } as const
  const at = (state: RoundState, now: number): RoundState => reduceRound(state, { type: 'tick', now })

  it('forces a commitment without a receipt in the last quarter of the commit window', () => {
    const types = (state: RoundState): string[] => decide(state, memberOf(2)).map((effect) => effect.type)
    const ready = reduceRound(initialRoundState(plan), trained)
    expect(types(at(ready, 1044))).toEqual(['commit'])
    expect(types(at(ready, 1045))).toEqual(['commit', 'force'])
    expect(types(at(reduceRound(ready, receiptOf(2)), 1045))).toEqual([])
    expect(types(at(ready, 1060))).toEqual([])
    expect(types(reduceRound(ready, sealedOver([row(1)], 1050)))).toEqual([])
  })

  it('R5: a commitment that is forced while the seal is under way joins the list, and the seal is made over the new set', () => {
    const types = (state: RoundState): string[] => decide(state, operatorOf(99)).map((effect) => effect.key)
    let state = [1, 4].reduce((so, n) => reduceRound(so, { type: 'commitment', ...row(n) }), initialRoundState(plan))
    state = at(state, 1060)
    expect(types(state)).toEqual([`1:list:${forcedHashOf([])}`])
    state = reduceRound(state, { type: 'list', rows: [row(1), row(4)], known: 2 })
    expect(types(state)).toEqual([`1:seal:${commitmentsHash([row(1), row(4)])}`])
    // A commitment by gossip does not join any more; a forced one does.
    expect(reduceRound(state, { type: 'commitment', ...row(2) }).commitments.size).toBe(2)
    state = reduceRound(state, { type: 'commitment', ...row(3), source: VIA_CHAIN })
    expect(types(state)).toEqual([`1:list:${forcedHashOf([row(3)])}`])
    state = reduceRound(state, { type: 'list', rows: [row(1), { ...row(3), source: VIA_CHAIN }, row(4)], known: 3 })
    expect(types(state)).toHaveLength(1)
    expect(types(state)[0]).toMatch(/^1:seal:/)
  })

  it('R2: a list that came in the second half of the reveal window is revealed to, and gets no attestation', () => {
    const types = (state: RoundState): string[] => decide(state, memberOf(2)).map((effect) => effect.type)
    const rows = [{ ...row(2), commitment: commitmentOf(plan.task, plan.round, address(2), hash(12), hash(22)) }]
    const sealed = reduceRound(reduceRound(initialRoundState(plan), trained), sealedOver(rows, 1060))
    const late = reduceRound(at(sealed, 1070), { type: 'seal', rows })
    expect(types(late)).toEqual(['reveal'])
    const reveal = { type: 'reveal', member: address(2), updateRoot: hash(12), salt: hash(22), signature } as const
    expect(types(reduceRound(late, reveal))).toEqual([])
    const inTime = reduceRound(at(sealed, 1069), { type: 'seal', rows })
    expect(types(reduceRound(inTime, reveal))).toEqual(['attest'])
    expect(types(reduceRound(at(sealed, 1080), { type: 'seal', rows }))).toEqual([])
  })

  it('shows nothing to a list that leaves out its receipt, and attests to none that it is not in', () => {
    const ready = reduceRound(reduceRound(initialRoundState(plan), trained), receiptOf(2))
    const leftOut = reduceRound(reduceRound(ready, sealedOver([row(1)], 1060)), { type: 'seal', rows: [row(1)] })
    expect(decide(at(leftOut, 1095), memberOf(2))).toEqual([])
  })

  it('shows nothing to a list that leaves out a receipt of another member, whenever it hears of it', () => {
    const rows = [{ ...row(2), commitment: commitmentOf(plan.task, plan.round, address(2), hash(12), hash(22)) }]
    const sealed = [trained, receiptOf(2), sealedOver(rows, 1060), { type: 'seal', rows } as const].reduce(
      reduceRound,
      initialRoundState(plan),
    )
    const types = (state: RoundState): string[] => decide(state, memberOf(2)).map((effect) => effect.type)
    expect([leftOut(sealed), types(sealed)]).toEqual([[], ['reveal']])
    // A receipt for another commitment of a member that has a row is no complaint.
    expect(leftOut(reduceRound(sealed, { ...receiptOf(2), commitment: hash(77) }))).toEqual([])
    const heard = reduceRound(sealed, receiptOf(3))
    expect([leftOut(heard), types(heard)]).toEqual([[address(3)], []])
    const reveal = { type: 'reveal', member: address(2), updateRoot: hash(12), salt: hash(22), signature } as const
    const revealed = reduceRound(sealed, reveal)
    expect(types(revealed)).toEqual(['attest'])
    expect(types(reduceRound(revealed, receiptOf(3)))).toEqual([])
  })

  it('keeps one receipt of each member, by the key that has the seat', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const { receipts } = events.reduce(reduceRound, initialRoundState(plan))
        for (const [member, { operatorKey }] of receipts) {
          expect(plan.members.some((one) => one.member === member)).toBe(true)
          expect(operatorKey).toBe(plan.operatorKey)
        }
      }),
    )
    const other = { ...receiptOf(2), operatorKey: address(97) }
    expect(reduceRound(initialRoundState(plan), other).receipts.size).toBe(0)
  })

  it('follows the time of the chain back, so a list that is sealed again is not late', () => {
    const rows = [{ ...row(2), commitment: commitmentOf(plan.task, plan.round, address(2), hash(12), hash(22)) }]
    let state = at(reduceRound(reduceRound(initialRoundState(plan), trained), sealedOver(rows, 1060)), 1072)
    state = reduceRound(reduceRound(state, { type: 'tick', now: 1061 }), { type: 'chain', forced: [] })
    expect(state.now).toBe(1061)
    state = [sealedOver(rows, 1062), { type: 'seal', rows } as const].reduce(reduceRound, state)
    expect(state.seal?.listedAt).toBe(1062)
    const reveal = { type: 'reveal', member: address(2), updateRoot: hash(12), salt: hash(22), signature } as const
    expect(decide(reduceRound(state, reveal), memberOf(2)).map(({ type }) => type)).toEqual(['attest'])
  })

  it('R21: a node that lost the journal of its round ends it and never seals', () => {
    const lost = at(initialRoundState({ ...plan, lost: true }), 1060)
    expect(decide(lost, operatorOf(99)).map(({ type }) => type)).toEqual(['fail'])
    expect(decide(lost, operatorOf(97))).toEqual([])
  })

  it('a node says nothing in a round that opened before its process, until it asked its peers', () => {
    const speaking = ['train', 'commit', 'force', 'reveal', 'attest', 'list', 'seal', 'build', 'post']
    fc.assert(
      fc.property(
        self,
        fc.array(event, { maxLength: 60 }),
        fc.constantFrom('unasked', 'before', 'elsewhere'),
        (who, events, why) => {
          let state = initialRoundState({ ...plan, resumed: true })
          const met: RoundEvent[] = [{ type: 'asked' }, { type: 'foreign', since: why === 'before' ? 'before' : 'elsewhere' }]
          if (why !== 'unasked') state = met.reduce(reduceRound, state)
          for (const next of events) {
            state = reduceRound(state, next)
            for (const { type } of decide(state, who)) expect(speaking).not.toContain(type)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('the holder of the seat seals, builds and posts no round that leaves out a receipt it may have given', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state = initialRoundState(plan)
        for (const next of events) {
          state = reduceRound(state, next)
          const owed = decide(state, operatorOf(99)).map(({ type }) => type)
          const unknown = [...state.receipts.keys()].some((one) => !state.commitments.has(one))
          if (!state.posted && (leftOut(state).length > 0 || unknown)) {
            expect(owed).toContain('fail')
            for (const type of ['list', 'seal', 'build', 'post']) expect(owed).not.toContain(type)
          }
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('a member commits to nothing else than the round has of it, and reveals only what opens its row', () => {
    const own = { type: 'trained', updateRoot: hash(12), salt: hash(22) } as const
    const mine = { member: address(2), commitment: commitmentOf(1n, 1n, address(2), hash(12), hash(22)), source }
    const types = (events: readonly RoundEvent[]): string[] =>
      decide(events.reduce(reduceRound, initialRoundState(plan)), memberOf(2)).map(({ type }) => type)
    const sealedRow = (one: typeof mine): RoundEvent[] => [sealedOver([one]), { type: 'seal', rows: [one] }]
    expect(types([own])).toEqual(['commit'])
    expect(types([{ type: 'commitment', ...row(2) }])).toEqual([])
    expect(types([own, { type: 'commitment', ...row(2) }])).toEqual([])
    expect(types([own, { type: 'commitment', ...row(2), source: VIA_CHAIN }])).toEqual([])
    expect(types([own, ...sealedRow(mine)])).toEqual(['reveal'])
    expect(types([own, ...sealedRow(row(2))])).toEqual([])
  })

  it('owes nothing to a round that was over before the node came, whatever it is told of it first', () => {
    const over = initialRoundState({ ...plan, caughtUp: true, lost: true })
    for (const who of [operatorOf(99), memberOf(2)]) expect(decide(at(over, 5000), who)).toEqual([])
  })

  it('has a round voided once a quorum of the stake says so, first while it is open, then with its claim', () => {
    const says = (state: RoundState, n: number, claimHash: Hash): RoundState =>
      reduceRound(state, { type: 'void', member: address(n), claimHash, signature })
    const owed = (state: RoundState): (string | undefined)[] =>
      decide(state, memberOf(1)).flatMap((effect) => (effect.type === 'void' ? [effect.claimHash] : []))
    let state = says(says(initialRoundState(plan), 1, hash(0)), 2, hash(0))
    expect(owed(state)).toEqual([])
    // Twice is once, of another claim is nothing, a stranger has no say.
    expect(says(says(says(state, 2, hash(0)), 3, hash(5)), 6, hash(0))).toEqual(state)
    state = says(state, 3, hash(0))
    expect(owed(state)).toEqual([hash(0)])
    state = reduceRound(state, { type: 'posted', claimHash: hash(5), claim, operator: address(99) })
    expect(owed(state)).toEqual([])
    for (const n of [1, 2, 4]) state = says(state, n, hash(5))
    expect(owed(state)).toEqual([hash(5)])
  })

  it('ends a round to which too little of the stake committed, unless a commitment is forced at the last moment', () => {
    const types = (state: RoundState): string[] => decide(state, operatorOf(99)).map(({ type }) => type)
    const poor = reduceRound(initialRoundState(plan), { type: 'commitment', ...row(1) })
    expect(types(at(poor, 1060))).toEqual([])
    expect(types(at(poor, 1067))).toEqual(['fail'])
    const forced = reduceRound(at(poor, 1061), { type: 'commitment', ...row(3), source: VIA_CHAIN })
    expect(types(forced)).toEqual(['list'])
    expect(types(at(initialRoundState({ ...plan, spec: { ...plan.spec, minSealedBps: 2500 } }), 1067))).toEqual(['fail'])
  })

  it('takes a certificate for a claim, and gives late attestations their time', () => {
    const phase = (weights: readonly number[], now: number): string => {
      const rows = [row(1), row(2), row(3)]
      let state = reduceRound(reduceRound(initialRoundState(plan), sealedOver(rows, 1060)), { type: 'seal', rows })
      for (const n of [1, 2, 3])
        state = reduceRound(state, { type: 'reveal', member: address(n), updateRoot: hash(n), salt: hash(n), signature })
      const commitments = commitmentsHash(rows)
      for (const n of weights)
        state = reduceRound(state, { type: 'attestation', member: address(n), commitments, held: 1n, signature })
      state = at(state, now)
      return `${phaseOf(state)} ${decide(state, operatorOf(99)).find(({ type }) => type !== 'fetch')?.type}`
    }
    // Two of three rows are more than twice the tolerated quarter of the sealed stake, one is not.
    expect(phase([1, 2], 1079)).toMatch(/^attest/)
    expect(phase([1, 2], 1080)).toMatch(/^post/)
    expect(phase([1], 1099)).toMatch(/^attest/)
    expect(phase([1], 1100)).toBe('post fail')
    expect(phase([1, 2, 3], 1061)).toMatch(/^post/)
  })

  it('attests without an update only half-way through the attest window', () => {
    const rows = [row(1), { ...row(2), commitment: commitmentOf(plan.task, plan.round, address(2), hash(12), hash(22)) }]
    let state = reduceRound(reduceRound(initialRoundState(plan), trained), sealedOver(rows, 1060))
    state = reduceRound(state, { type: 'seal', rows })
    state = reduceRound(state, { type: 'reveal', member: address(2), updateRoot: hash(12), salt: hash(22), signature })
    const types = (now: number): string[] => decide(at(state, now), memberOf(2)).map(({ type }) => type)
    expect(types(1089)).toEqual([])
    expect(decide(at(state, 1090), memberOf(2))).toMatchObject([{ type: 'attest', held: 2n }])
    expect(types(1100)).toEqual([])
  })

  it('shows nothing to a seal that a reorganisation may undo', () => {
    const rows = [{ ...row(2), commitment: commitmentOf(plan.task, plan.round, address(2), hash(12), hash(22)) }]
    const ready = reduceRound(reduceRound(initialRoundState(plan), trained), sealedOver(rows, 1060, true))
    const shallow = reduceRound(ready, { type: 'seal', rows })
    const types = (state: RoundState): string[] => decide(state, memberOf(2)).map(({ type }) => type)
    expect(types(shallow)).toEqual([])
    expect(types(reduceRound(shallow, { type: 'deep', digest: hash(1) }))).toEqual([])
    expect(types(reduceRound(shallow, { type: 'deep', digest: commitmentsHash(rows) }))).toEqual(['reveal'])
  })

  it('ends a round whose claim could admit nobody', () => {
    const rows = [row(1), row(2)]
    const sealed = reduceRound(reduceRound(initialRoundState(plan), sealedOver(rows, 1060)), { type: 'seal', rows })
    expect(decide(at(sealed, 1100), operatorOf(99)).map(({ type }) => type)).toEqual(['fail'])
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
    own = reduceRound(own, receiptOf(2))
    expect(types(own)).toEqual([])
    expect(operates(operator)).toEqual([])
    for (const row of rows) both({ type: 'commitment', ...row })
    expect(operates(operator)).toEqual(['list'])
    operator = reduceRound(operator, { type: 'list', rows, known: rows.length })
    expect(operates(operator)).toEqual(['seal'])
    both(sealedOver(rows, 1010))
    own = reduceRound(own, { type: 'seal', rows })
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
    operator = reduceRound(operator, {
      type: 'built',
      openedAt: operator.plan.openedAt,
      over: commitments,
      claimHash: hash(77),
      claim,
    })
    expect(operates(operator)).toEqual(['post'])
    both({ type: 'posted', claimHash: hash(77), claim, operator: address(99) })
    // The operator has computed its own claim already.
    expect(operates(operator)).toEqual([])
    expect(operator.replay).toEqual({ claimHash: hash(77), match: true })
    expect(types(own)).toEqual(['replay'])
    own = reduceRound(own, { type: 'replayed', claimHash: hash(77), match: true })
    expect(types(own)).toEqual([])
  })
})
