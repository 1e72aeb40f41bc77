import type { Address, Hex } from 'viem'

/** Lower-case or checksummed 20-byte hex; compare with `sameAddress`. */
export type { Address, Hex }

/** 32 bytes as 0x-hex: a hash or Merkle root. */
export type Hash = Hex

export const CHUNK = 256
export const CHUNKS_PER_SEGMENT = 32
export const SEGMENT = CHUNK * CHUNKS_PER_SEGMENT
/** Σβ of a round (docs/protocol.md §6). */
export const WEIGHT_ONE = 65_536
export const MAX_MEMBERS = 128

/** Claims that the ledger keeps: an older one is final or will never be. */
export const RING = 64
export const MEMBERS_DEPTH = 7
export const LEDGER_DEPTH = 10

export const Verdict = {
  quarantined: 0,
  unavailable: 1,
  inadmissible: 2,
  accepted: 3,
  downweighted: 4,
  rejected: 5,
} as const
export type Verdict = (typeof Verdict)[keyof typeof Verdict]

/** Whether a row of this verdict is in the Gram matrix and was scored. */
export function isAdmitted(verdict: Verdict): boolean {
  return verdict >= Verdict.accepted && verdict <= Verdict.rejected
}

/**
 * Why an available row is inadmissible: the first that holds (docs/protocol.md §8). `bucket` is a row that is part of no sum
 * (docs/decisions/0009-buckets-in-tasks.md).
 */
export const Reason = { none: 0, copy: 1, value: 2, norm: 3, bucket: 4 } as const
export type Reason = (typeof Reason)[keyof typeof Reason]

export function reasonName(reason: Reason): keyof typeof Reason {
  return (Object.keys(Reason) as (keyof typeof Reason)[])[reason]!
}

export function verdictName(verdict: Verdict): keyof typeof Verdict {
  return (Object.keys(Verdict) as (keyof typeof Verdict)[])[verdict]!
}

export const RuleId = { mean: 0, nnmGm: 1 } as const
export type RuleId = (typeof RuleId)[keyof typeof RuleId]

/**
 * Uses of the public row, as bits: 1 to weigh rows by trust in it, 2 to score rows by novelty beside it
 * (docs/aggregation.md §4.1, §5.2).
 */
export const ReferenceId = { none: 0, past: 1, novelty: 2, pastNovelty: 3 } as const
export type ReferenceId = (typeof ReferenceId)[keyof typeof ReferenceId]

/** Whether stake is multiplied by trust in the public row. */
export function weighsByTrust(rule: Pick<RuleSpec, 'reference'>): boolean {
  return (rule.reference & ReferenceId.past) !== 0
}

/** Whether scores leave out the part along the public row. */
export function scoresNovelty(rule: Pick<RuleSpec, 'reference'>): boolean {
  return (rule.reference & ReferenceId.novelty) !== 0
}

/** One tensor of the model, docs/protocol.md §7. */
export interface TensorSpec {
  /** Coordinates before padding. */
  length: number
  updateExponent: number
  modelExponent: number
  eta: number
  shift: number
}

export interface RuleSpec {
  rule: RuleId
  /** Tolerated Byzantine share of the stake in basis points (2500 = 1/4). */
  byzantineBps: number
  /** Weiszfeld steps. */
  iterations: number
  /** Largest scale-up or scale-down of a norm, in 1/65536. */
  capQ16: number
  /** An update is rejected when its oddness (docs/aggregation.md; about 1 for an ordinary one) exceeds this, in 1/10000; 0 rejects none. */
  rejectBps: number
  reference: ReferenceId
  /** λ of docs/protocol.md §6, in 1/256. */
  referenceDecay: number
  /** g of docs/protocol.md §6. */
  referenceGain: number
}

export interface TaskSpec {
  tensors: readonly TensorSpec[]
  rule: RuleSpec
  minNormSq: bigint
  maxNormSq: bigint
  /** Assumed Byzantine share a of the sealed weight, in basis points: 2500 to 3332. */
  toleranceBps: number
  /** Least sealed weight of a claim, in basis points of all stake at the snapshot. */
  minSealedBps: number
  /** Token wei. */
  rewardPerRound: bigint
  /** Share of the reward for the operator of a round that pays anybody, in basis points: 0 to 3000. */
  operatorShareBps: number
  /** Expected members of a drawn round if all stakes are small: 1 to 80. 0: every member of the snapshot has a row. */
  committee: number
  genesisModelRoot: Hash
  document: Hash
}

export interface Claim {
  parent: Hash
  membersRoot: Hash
  gramRoot: Hash
  traceRoot: Hash
  transitionRoot: Hash
  modelRoot: Hash
  referenceRoot: Hash
  ledgerRoot: Hash
  evidence: Hash
  ledgerTotal: bigint
  members: number
}

export interface MemberLeaf {
  member: Address
  slot: number
  /** Stake at the round's snapshot, token wei. */
  weight: bigint
  commitment: Hash
  signatureHash: Hash
  /** Zero for a quarantined and for an unavailable row. */
  updateRoot: Hash
  /** What the member attested to hold, as signed: bit i stands for row i, bits from the number of rows on mean nothing. */
  held: bigint
  /** Hash of the attestation's signature; zero, and `held` too, when the claim uses no attestation of the member. */
  attestationHash: Hash
  verdict: Verdict
  reason: Reason
  /** The lowest other available row of the same root, the lowest bad chunk, or the row's own sum tree. */
  reasonArg: Hash
  /** β, in 1/65536. */
  beta: number
  score: bigint
}

export interface LedgerLeaf {
  member: Address
  reward: bigint
  strikes: number
  reputation: number
  extra: Hash
}

/** One member of the stake snapshot of a round. */
/** A member of a round. */
export interface SnapshotMember {
  member: Address
  /** The key at the round's snapshot. */
  operatorKey: Address
  slot: number
  /** What the member counts in the round, token wei: its stake at the snapshot, in a drawn round its drawn weight (`roundMembers`). */
  stake: bigint
  /** Rank among the drawn members of a drawn round; the lowest come first where a claim has no room for all. */
  ticket?: bigint
}
