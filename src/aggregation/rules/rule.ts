import type { Hash, RuleId, RuleSpec, Verdict } from '../../protocol/types.ts'
import type { Gram } from '../gram.ts'
import type { TraceLeaf } from '../trace.ts'

export interface RuleInput {
  /** Inner products of the n admitted updates, then of the reference row if there is one. */
  gram: Pick<Gram, 'size' | 'matrix'>
  /** Bonded stake of each admitted row, any unit; together below 2^110. */
  stakes: readonly bigint[]
  /** Stake of the members that earlier rounds keep out of this one, in the same unit; it counts against F. None if left out. */
  quarantined?: bigint
  /** Content hash (update root) of each admitted row. Ties are broken by it, never by the order of the rows. */
  tieBreak: readonly Hash[]
  /** The last row of the Gram matrix is the public reference row. */
  hasReference: boolean
  spec: RuleSpec
  /** Coordinates of an update without padding, d: how large a cosine chance gives. */
  coordinates: number
}

export interface RuleOutput {
  /** β of each admitted row, 0…65536, together 65536; all 0 when no row carries weight. */
  weights: number[]
  verdicts: Verdict[]
  /** Contribution of each row, linear in its stake, below 2^127. */
  scores: bigint[]
  /** Every intermediate value, so that each can be checked from a few earlier ones. */
  trace: TraceLeaf[]
}

/** An aggregation rule that sees updates only through their inner products (DESIGN: Gram rules). Pure and integer-exact. */
export interface GramRule {
  id: RuleId
  name: string
  weights(input: RuleInput): RuleOutput
}
