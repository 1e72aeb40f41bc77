import type { ClaimParts, JudgeProof, SearchInput } from '../../judge/index.ts'
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
 * What an investigation came to: `proof`: one transaction shows the fault; `sound`: the claim is what its replay gives;
 * `withheld`: no peer serves data that the claim commits to, and the court can demand it from the operator; `unproved`:
 * the claim is false, and this node has no proof; `waiting`: this node lacks something of its own, so it can say nothing yet.
 */
export type Finding =
  | { kind: 'proof'; proof: JudgeProof }
  | { kind: 'sound' }
  | {
      kind: 'withheld'
      what: 'evidence' | 'opening'
      /**
       * The round as this node computed it, which differs from the posted claim. Data that the operator opens in the
       * court is compared with it.
       */
      own: ClaimParts
      /** Whether `own` is a replay; else it has only the state before the round. */
      replayed: boolean
      /** The proof against members rows of a posted claim, from what this node knows of the round and what the court had opened. */
      rowProof: SearchInput['rowProof']
      /** The round replayed over rows that were opened; undefined when an update cannot be had. */
      replayOver?: (rows: readonly MemberLeaf[]) => Promise<ClaimParts | undefined>
    }
  | { kind: 'unproved'; reason: string }
  | { kind: 'waiting'; for: string }

/** Finds the fault of a claim. @throws trouble of this node: its stop, its chain, its disk */
export type Investigator = (dispute: Dispute, signal: AbortSignal) => Promise<Finding>
