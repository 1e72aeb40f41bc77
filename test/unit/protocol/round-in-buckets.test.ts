import { describe, expect, it } from 'vitest'
import {
  commitmentOf,
  commitmentsHash,
  decide,
  fromWire,
  toWire,
  initialRoundState,
  recordOf,
  reduceRound,
  selfWith,
  shownRows,
  STATEMENTS,
  versionsRoot,
  versionsToShow,
  VIA_CHAIN,
  viaSignature,
} from '../../../src/protocol/index.ts'
import type { Hash, RoundEvent, RoundPlan, RoundState } from '../../../src/protocol/index.ts'
import { address, hash, PLAN, SIGNATURE } from '../../support/node/round-events.ts'

const DOMAIN = { chainId: 1, ledger: address(99) }
const PAIRS = { task: PLAN.task, round: PLAN.round }
const bucket = [1, 2, 3, 4].map(address)
const members = [1, 2, 3, 4, 5].map((n) => ({ ...PLAN.members[0]!, member: address(n), slot: n, stake: 10n }))
const plan: RoundPlan = {
  ...PLAN,
  members,
  totalStake: 50n,
  spec: { ...PLAN.spec, committee: 4 * 256 + 8 },
  buckets: [bucket],
}
const versionsOf = (n: number): Hash[] => [0, 1, 2, 3].map((version) => hash(16 * n + version))
const rootOf = (n: number): Hash => versionsRoot(versionsOf(n))
const own = (n: number): { updateRoot: Hash; salt: Hash; versions: Hash[] } => ({
  updateRoot: rootOf(n),
  salt: hash(n),
  versions: versionsOf(n),
})
const rowOf = (n: number) => ({
  member: address(n),
  commitment: commitmentOf(PLAN.task, PLAN.round, address(n), rootOf(n), hash(n)),
  source: viaSignature(SIGNATURE),
})
const reveal = (n: number): RoundEvent => ({ type: 'reveal', member: address(n), signature: SIGNATURE, ...own(n) })
const after = (state: RoundState, ...events: RoundEvent[]): RoundState => events.reduce(reduceRound, state)

/** The rows of these members are sealed. */
function sealedOf(numbers: readonly number[], from: RoundPlan = plan): RoundState {
  const rows = numbers.map(rowOf)
  const digest = commitmentsHash(rows)
  return after(
    initialRoundState(from),
    ...rows.map((row): RoundEvent => ({ type: 'commitment', ...row })),
    { type: 'sealed', digest, count: rows.length, sealedAt: 1060 },
    { type: 'seal', rows },
  )
}

const effectsOf = (state: RoundState, n: number) => decide(state, selfWith(address(n), ['train', 'commit', 'hold']))
const shown = (state: RoundState): number[] => [...versionsToShow(state).values()]

describe('a round in buckets', () => {
  it('has the members of a bucket train, and no others', () => {
    const open = initialRoundState(plan)
    expect(effectsOf(open, 1).map(({ type }) => type)).toEqual(['train'])
    expect(effectsOf(open, 5)).toEqual([])
    expect(effectsOf(initialRoundState({ ...plan, buckets: [] }), 1)).toEqual([])
  })

  it('ends if its buckets were not drawn when it opened', () => {
    const { buckets: _, ...undrawn } = plan
    const owed = (state: RoundState) => decide(state, selfWith(plan.operator, ['seal', 'post']))
    // Whatever was forced on chain meanwhile.
    const forced = after(
      initialRoundState(undrawn),
      ...[1, 2, 3, 4, 5].map((n): RoundEvent => ({ type: 'commitment', ...rowOf(n), source: VIA_CHAIN })),
    )
    expect(owed(forced)).toEqual([])
    const late: RoundEvent = { type: 'tick', now: 1060 }
    expect(owed(reduceRound(forced, late))).toEqual([expect.objectContaining({ type: 'fail' })])
    expect(effectsOf(initialRoundState(undrawn), 1)).toEqual([])
    const drawn = after(
      initialRoundState(plan),
      ...[1, 2, 3, 4].map((n): RoundEvent => ({ type: 'commitment', ...rowOf(n) })),
      late,
    )
    expect(owed(drawn)).toEqual([expect.objectContaining({ type: 'list' })])
  })

  it('shows the version that the seal names, and nothing of a bucket that two have a row in', () => {
    expect(shown(sealedOf([1, 2, 3, 4]))).toEqual([0, 1, 2, 3])
    expect(shown(sealedOf([1, 3, 4]))).toEqual([1, 1, 1])
    expect(shown(sealedOf([3, 4]))).toEqual([])
    const heavier = { ...plan, members: members.with(2, { ...members[2]!, stake: 11n }) }
    expect(shown(sealedOf([1, 2, 3, 4], heavier))).toEqual([])
  })

  it('fetches shown versions once they are revealed, and attests to rows that nobody shows', () => {
    const state = after(sealedOf([1, 3, 4, 5]), { type: 'trained', ...own(1) }, ...[1, 3, 5].map(reveal))
    expect(shownRows(state)).toEqual([versionsOf(1)[1], versionsOf(3)[1], undefined, null])
    expect(effectsOf(state, 1).filter(({ type }) => type === 'fetch')).toMatchObject([
      { member: address(1), updateRoot: versionsOf(1)[1] },
      { member: address(3), updateRoot: versionsOf(3)[1] },
    ])
    const all = after(
      reduceRound(state, reveal(4)),
      ...[1, 3, 4].map((n): RoundEvent => ({ type: 'held', updateRoot: versionsOf(n)[1]! })),
    )
    expect(effectsOf(all, 1)).toEqual([expect.objectContaining({ type: 'attest', held: 15n })])
    expect(effectsOf(state, 1).some(({ type }) => type === 'attest')).toBe(false)
  })

  it('holds nothing of its own before the seal', () => {
    const trained = reduceRound(initialRoundState(plan), { type: 'trained', ...own(1) })
    expect(trained.held.size).toBe(0)
    expect(trained.own).toEqual(own(1))
    const state = after(sealedOf([1, 2, 3, 4]), { type: 'trained', ...own(1) })
    expect(effectsOf(state, 1).find(({ type }) => type === 'reveal')).toMatchObject(own(1))
  })

  it('writes buckets and versions into its record', () => {
    const state = after(sealedOf([1, 2, 3, 4]), ...[1, 2, 3, 4].map(reveal))
    const record = recordOf(DOMAIN, state)
    expect(record.buckets).toEqual([bucket])
    expect(record.rows.map((row) => row.reveal?.versions)).toEqual([1, 2, 3, 4].map(versionsOf))
  })
})

describe('a reveal of a member of a bucket', () => {
  const message = { kind: 'reveal', ...PAIRS, member: address(1), signature: SIGNATURE, ...own(1) } as const
  const verdict = (changed: object): string | undefined =>
    STATEMENTS.reveal.judge({ ...message, ...changed }, { domain: DOMAIN, state: sealedOf([1, 2, 3, 4]) })?.code

  it('has the versions that lead to what was committed to', () => {
    expect(verdict({})).toBeUndefined()
    expect(verdict({ versions: undefined })).toBe('COMMITMENT_MISMATCH')
    expect(verdict({ versions: versionsOf(1).slice(0, 2) })).toBe('COMMITMENT_MISMATCH')
    expect(verdict({ versions: versionsOf(2) })).toBe('COMMITMENT_MISMATCH')
  })

  it('goes over the wire', () => {
    const { versions: _, ...plain } = message
    for (const sent of [message, plain]) expect(fromWire(toWire(sent))).toEqual(sent)
  })
})
