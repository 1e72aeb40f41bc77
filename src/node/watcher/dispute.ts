import type { ClaimParts, JudgeProof } from '../../judge/index.ts'
import type { Address, Claim, Hash, MemberLeaf } from '../../protocol/index.ts'

/** A posted claim that does not stand up, or cannot be checked. */
export interface Dispute {
  round: bigint
  claimHash: Hash
  claim: Claim
  /** Owner address of who posted it. */
  operator: Address
  /** The proof once it is found. */
  proof?: JudgeProof
}

/**
 * What an investigation came to:
 * `proof`: one transaction shows the fault; `sound`: the claim is what its replay gives; `withheld`: nobody serves what the claim commits to (the court can
 * make its operator do so); `unproved`: the claim is not what it should be, and no proof for that is known here.
 */
export type Finding =
  | { kind: 'proof'; proof: JudgeProof }
  | { kind: 'sound' }
  | {
      kind: 'withheld'
      what: 'evidence' | 'opening'
      /** The round as this node knows it, which is not what was posted: what the court makes the operator open is held against it. */
      own: ClaimParts
      /** Whether `own` is a replay; else it has no more than stood before the round. */
      replayed: boolean
      /** The proof against members rows of a posted claim, from what this node knows of the round. */
      rowProof: (posted: ClaimParts) => Promise<JudgeProof | undefined>
      /** The round replayed over rows that were opened; undefined when an update cannot be had. */
      replayOver?: (rows: readonly MemberLeaf[]) => Promise<ClaimParts | undefined>
    }
  | { kind: 'unproved'; reason: string }

/** Finds out what is wrong with a claim. @throws QuorateError CANCELLED, or what may pass (RPC_UNREACHABLE, …) */
export type Investigator = (dispute: Dispute, signal: AbortSignal) => Promise<Finding>
