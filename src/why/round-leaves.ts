import type { TraceLeaf } from '../aggregation/trace.ts'
import type { Address, Claim, Hash, LedgerLeaf, MemberLeaf, TaskSpec } from '../protocol/types.ts'

/**
 * What decides about one member in one round: leaves of the claim, and nothing that grows with the model. Everything but the
 * specification's own hash is held against the claim hash (`checkLeaves`), so whoever serves the leaves need not be trusted.
 */
export interface RoundLeaves {
  task: bigint
  round: bigint
  member: Address
  /** Part of every claim by the parents, back to genesis. */
  spec: TaskSpec
  claim: Claim
  parent: { round: bigint; claim: Claim }
  /** All rows of the claim, in the order of the seal. */
  rows: MemberLeaf[]
  /** Root of the sum tree of each pair, in the order of pairs (docs/protocol.md §4). */
  gram: PairRoot[]
  /** Root of the sum tree of the member's own squared norm; null for a row that is not inadmissible for its norm. */
  norm: PairRoot | null
  /** Every leaf of the trace, in the order of the rule. */
  trace: TraceLeaf[]
  /** The member's slot in the ledger of the parent and in that of the claim; null where nobody keeps that ledger, or the member has no slot. */
  ledgerBefore: OpenedSlot | null
  ledgerAfter: OpenedSlot | null
}

/** Root of a sum tree: its hash and the inner product. */
export interface PairRoot {
  hash: Hash
  product: number
}

/** One slot of a ledger with its siblings, from the leaf up. */
export interface OpenedSlot {
  slot: number
  /** Null for a slot that was never written. */
  leaf: LedgerLeaf | null
  path: Hash[]
}
