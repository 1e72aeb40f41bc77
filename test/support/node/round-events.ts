import fc from '../fast-check.ts'
import { commitmentOf, commitmentsHash, genesisClaim, VIA_CHAIN, viaSignature } from '../../../src/protocol/index.ts'
import type { Address, CommitmentSource, Hash, RoundEvent, RoundPlan, SealFact } from '../../../src/protocol/index.ts'

export const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
export const hash = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`
export const SIGNATURE = `0x${'11'.repeat(65)}` as const

/** Round 1 of four members, opened at 1000. */
export const PLAN: RoundPlan = {
  task: 1n,
  round: 1n,
  openedAt: 1000,
  snapshot: 999,
  windows: { commit: 60, reveal: 20, attest: 20, post: 30, challenge: 100 },
  base: hash(1),
  operator: address(99),
  operatorKey: address(98),
  operatorSlot: 100,
  members: [1, 2, 3, 4].map((n) => ({ member: address(n), operatorKey: address(n + 50), slot: n, stake: 100n })),
  totalStake: 400n,
  spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
  quorumBps: 6667,
}
export const CLAIM = genesisClaim(hash(1), hash(2), hash(3))

const rows = (numbers: readonly number[]) =>
  numbers.map((n) => ({
    member: address(n),
    commitment: commitmentOf(PLAN.task, PLAN.round, address(n), hash(n), hash(n)),
    source: viaSignature(SIGNATURE),
  }))
const sealOf = (list: ReturnType<typeof rows>): SealFact => ({
  digest: commitmentsHash(list),
  count: list.length,
  sealedAt: 1060,
})
const member = fc.integer({ min: 1, max: 5 }).map(address)
const small = fc.integer({ min: 1, max: 4 }).map(hash)
const sealed = fc.subarray([1, 2, 3, 4], { minLength: 1 }).map(rows)
const signature = fc.constant(SIGNATURE)
const of = <T extends RoundEvent['type']>(type: T) => fc.constant(type)

/** Whatever may happen in that round, but for the time. */
export const roundEvent: fc.Arbitrary<RoundEvent> = fc.oneof(
  fc.record({ type: of('trained'), updateRoot: small, salt: small }),
  fc.record({
    type: of('receipt'),
    member,
    commitment: small,
    operatorKey: fc.constantFrom(PLAN.operatorKey, address(97)),
    signature: fc.constant(SIGNATURE),
  }),
  fc.record({
    type: of('commitment'),
    member,
    commitment: small,
    source: fc.constantFrom<CommitmentSource>(viaSignature(SIGNATURE), VIA_CHAIN),
  }),
  fc.record({ type: of('list'), rows: sealed, known: fc.nat(4) }),
  sealed.map((list): RoundEvent => ({ type: 'sealed', ...sealOf(list) })),
  fc.record({ type: of('seal'), rows: sealed }),
  fc.integer({ min: 1, max: 4 }).map((n): RoundEvent => ({
    type: 'reveal',
    member: address(n),
    updateRoot: hash(n),
    salt: hash(n),
    signature: SIGNATURE,
  })),
  fc.record({ type: of('held'), updateRoot: small }),
  fc.record({
    type: of('attestation'),
    member,
    commitments: sealed.map((list) => commitmentsHash(list)),
    held: fc.bigInt({ min: 0n, max: 15n }),
    signature,
  }),
  fc.record({
    type: of('built'),
    openedAt: fc.constant(PLAN.openedAt),
    over: sealed.map((list) => commitmentsHash(list)),
    claimHash: small,
    claim: fc.constant(CLAIM),
  }),
  fc.record({ type: of('posted'), claimHash: small, claim: fc.constant(CLAIM), operator: fc.constant(PLAN.operator) }),
  fc.record({ type: of('replayed'), claimHash: small, match: fc.boolean() }),
  fc.record(
    {
      type: of('chain'),
      sealed: sealed.map(sealOf),
      posted: fc.record({ claimHash: small, claim: fc.constant(CLAIM), operator: fc.constant(PLAN.operator) }),
      forced: fc.uniqueArray(fc.record({ member, commitment: small }), { maxLength: 3, selector: (one) => one.member }),
    },
    { requiredKeys: ['type', 'forced'] },
  ),
)
