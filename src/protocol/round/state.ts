import type { CommitmentSource } from '../statements/commitment-source.ts'
import type { Receipt } from '../statements/receipt.ts'
import type { Address, Claim, Hash, Hex, SnapshotMember } from '../types.ts'

/** Lengths of the phases in seconds of chain time; the same numbers stand in the ledger. */
export interface Windows {
  commit: number
  reveal: number
  attest: number
  post: number
  takeover: number
  challenge: number
}

export const PHASES = ['commit', 'reveal', 'attest', 'post', 'agree'] as const
export type Phase = (typeof PHASES)[number]

/** What the chain fixes when a round opens. */
export interface RoundPlan {
  task: bigint
  round: bigint
  /** Where the round's clock starts: the chain's time when it opened. From then on it runs as the chain's does, but not in pauses. */
  openedAt: number
  /** Seconds since `openedAt` in which the contracts were paused, as far as known. */
  paused?: number
  windows: Windows
  /** Claim hash of the base model. */
  base: Hash
  /** Owner address and operator key of the operator whose turn it is. */
  operator: Address
  operatorKey: Address
  /** After a rejection the seat is vacant: anyone but `operator` may post at once. */
  vacant?: boolean
  /** When the chain rejected the last claim of this round, chain time: the round is sealed again and posted from there. */
  reopenedAt?: number
  /** Ends of the post and takeover windows where they were moved by a rejection, running time. */
  postEnd?: number
  takeoverEnd?: number
  members: readonly SnapshotMember[]
  totalStake: bigint
  quorumBps: number
}

/** What a rejection or a takeover changes in a plan. */
export type SeatChange = Pick<RoundPlan, 'operator' | 'operatorKey' | 'vacant' | 'reopenedAt' | 'postEnd' | 'takeoverEnd'>

export interface CommitmentEntry {
  commitment: Hash
  source: CommitmentSource
}

export interface SealedRow extends CommitmentEntry {
  member: Address
  slot: number
}

export interface RevealEntry {
  updateRoot: Hash
  salt: Hash
  signature: Hex
}

export interface PostedClaim {
  claimHash: Hash
  claim: Claim
  operator: Address
}

/** All that the chain says of a round that is open or posted, its opening aside. */
export interface ChainFacts {
  /** The seat, while the round is open; absent once it is posted. */
  plan?: SeatChange
  posted?: PostedClaim
  /** Claims of the round that were rejected. */
  rejected: readonly Hash[]
  forced: readonly { member: Address; commitment: Hash }[]
}

/**
 * One round as one node sees it. Plain data: made only by `reduceRound` from events, so a journal of events is the state.
 * Addresses used as keys are lower case.
 */
export interface RoundState {
  readonly plan: RoundPlan
  /** Latest known running time: the chain's time less the pauses since the round opened. */
  readonly now: number
  /** This member's own update of the round, once trained. */
  readonly own?: { updateRoot: Hash; salt: Hash }
  readonly receipt?: Receipt
  readonly commitments: ReadonlyMap<Address, CommitmentEntry>
  readonly seal?: {
    rows: readonly SealedRow[]
    commitments: Hash
    signature: Hex
    operator: Address
    operatorKey: Address
    sealedAt: number
  }
  /** What a seal that a rejection took back was over: attestations outlive it if the next seal is over the same. */
  readonly attestedTo?: Hash
  readonly reveals: ReadonlyMap<Address, RevealEntry>
  /** Update roots whose bytes this node holds, verified. */
  readonly held: ReadonlySet<Hash>
  readonly attestations: ReadonlyMap<Address, { held: bigint; signature: Hex }>
  /** When this node saw reveals complete: start of the attest phase, chain time. */
  readonly attestFrom?: number
  readonly built?: { claimHash: Hash; claim: Claim }
  readonly posted?: PostedClaim
  readonly replay?: { claimHash: Hash; match: boolean }
  /** Claims of this round that the chain rejected. */
  readonly rejected: ReadonlySet<Hash>
}

export function initialRoundState(plan: RoundPlan): RoundState {
  return {
    plan,
    now: plan.openedAt,
    commitments: new Map(),
    reveals: new Map(),
    held: new Set(),
    attestations: new Map(),
    rejected: new Set(),
  }
}
