import type { DrawnBucket } from '../buckets/form-buckets.ts'
import type { CommitmentSource } from '../statements/commitment-source.ts'
import type { SealedCommitment } from '../statements/seal.ts'
import type { Address, Claim, Hash, Hex, SnapshotMember, TaskSpec } from '../types.ts'

/** Lengths of the phases in seconds of chain time; the same numbers stand in the ledger. */
export interface Windows {
  commit: number
  reveal: number
  attest: number
  post: number
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
  /** Timepoint of the members' stake and keys, chain time. */
  snapshot: number
  /** Of a drawn round: what its committee is drawn with, once it is stored. Forced commitments are hashed on from it. */
  seed?: Hash
  windows: Windows
  /** Claim hash of the base model. */
  base: Hash
  /** Owner address of the operator that has the seat, and the key that took or kept it. */
  operator: Address
  operatorKey: Address
  /** Its row in the task's ledger. */
  operatorSlot: number
  /** This node has the seat and its journal does not cover the round: it does not know its receipts, so it never seals. */
  lost?: boolean
  /** The round opened before this process started. Its journal may be an old copy, so it says nothing before it asked its peers. */
  resumed?: boolean
  /** The claim was posted before this node opened the round: it is replayed in the order of the claims (`catchUp`), and the round owes no step. */
  caughtUp?: boolean
  /** Of a drawn round those who are drawn, with what they count; none before the seed is stored. */
  members: readonly SnapshotMember[]
  /** All stake at the snapshot. */
  totalStake: bigint
  /** Members of the snapshot, drawn or not; absent where all of them take part. */
  memberCount?: number
  /** Of a task with buckets: those of its epoch, if they were drawn before the round opened. */
  buckets?: readonly DrawnBucket[]
  /** The thresholds of the task: what no claim is true without; and whether it draws committees. */
  spec: Pick<TaskSpec, 'toleranceBps' | 'minSealedBps' | 'committee'>
  /** Share of the stake that voids the round, basis points. */
  quorumBps: number
}

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
  /** Of a member of a bucket of four: roots of the versions of its row. */
  versions?: readonly Hash[]
}

/** What a member committed to. */
export interface OwnUpdate {
  updateRoot: Hash
  salt: Hash
  /** In a bucket of four: roots of the versions of its row, which the update root is over. */
  versions?: readonly Hash[]
}

export interface PostedClaim {
  claimHash: Hash
  claim: Claim
  operator: Address
}

/** What the holder of the seat signed for a member: it seals the commitment. */
export interface ReceiptEntry {
  commitment: Hash
  operatorKey: Address
  signature: Hex
}

/** The seal transaction of a round. */
export interface SealFact {
  /** H(member ‖ commitment ‖ …) of the sealed rows. */
  digest: Hash
  count: number
  /** Running time, as `RoundPlan.openedAt`. */
  sealedAt: number
  /** Too few blocks follow it yet: a reorganisation may undo it, so nobody shows an update to it. */
  shallow?: true
}

/** All that the chain says of a round that is open or posted, its opening aside. */
export interface ChainFacts {
  sealed?: SealFact
  posted?: PostedClaim
  /** In the order in which they were forced. */
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
  readonly own?: OwnUpdate
  readonly commitments: ReadonlyMap<Address, CommitmentEntry>
  /** The first receipt of each member that this node has or heard of, by the key that has the seat. */
  readonly receipts: ReadonlyMap<Address, ReceiptEntry>
  /** Commitments forced on chain, in order: the seal names the hash over them (`forcedHashOf`). */
  readonly forced: readonly { member: Address; commitment: Hash }[]
  /** The rows that this operator seals. They are journalled before the transaction leaves; nothing joins them but what is forced. */
  readonly list?: readonly SealedCommitment[]
  /** What the chain says of the seal. */
  readonly sealed?: SealFact
  /** The sealed rows, once this node has a list that hashes to the chain's digest. */
  readonly seal?: {
    rows: readonly SealedRow[]
    commitments: Hash
    sealedAt: number
    /** When this node had the list, running time. */
    listedAt: number
  }
  readonly reveals: ReadonlyMap<Address, RevealEntry>
  /** Update roots whose bytes this node holds, verified. */
  readonly held: ReadonlySet<Hash>
  readonly attestations: ReadonlyMap<Address, { held: bigint; signature: Hex }>
  /** Members that want the round to end, each with the claim it last said so of; 0 for the open round. */
  readonly voids: ReadonlyMap<Address, { claimHash: Hash; signature: Hex }>
  /** When this node saw reveals complete: start of the attest phase, chain time. */
  readonly attestFrom?: number
  /** The claim that this node built, and the digest of the list that it is over. */
  readonly built?: { claimHash: Hash; claim: Claim; digest: Hash }
  readonly posted?: PostedClaim
  readonly replay?: { claimHash: Hash; match: boolean }
  /** Peers were asked for what this node's key said in the round. Of one process: never journalled. */
  readonly asked?: true
  /**
   * This node's key said something that this node did not say. `before`: the journal is new or old. `elsewhere`: another process has
   * the key.
   */
  readonly foreign?: 'before' | 'elsewhere'
}

export function initialRoundState(plan: RoundPlan): RoundState {
  return {
    plan,
    now: plan.openedAt,
    commitments: new Map(),
    receipts: new Map(),
    reveals: new Map(),
    held: new Set(),
    attestations: new Map(),
    voids: new Map(),
    forced: [],
  }
}
