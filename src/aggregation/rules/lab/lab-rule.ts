import type { Hash, RuleSpec } from '../../../protocol/types.ts'
import type { RuleInput, RuleOutput } from '../rule.ts'

/** What a rule of the lab may look at: inner products and stakes; the rows themselves only for rules of kind `coordinates`. */
export interface LabInput extends RuleInput {
  /** int8[D] of each admitted row. */
  updates: readonly Int8Array[]
}

export interface LabOutput extends RuleOutput {
  /**
   * `S = Σ β_i u_i` of a rule that works by coordinate, int32[D] in 1/65536; `weights` then say how much of each row went into it.
   * Left out by Gram rules: there S follows from the weights.
   */
  sum?: Int32Array
}

/** The rows and the number of Byzantine rows, which the theory of a rule is about. */
export interface Cohort {
  /** Positive stakes only. */
  stakes: readonly bigint[]
  byzantineBps: number
  /**
   * The last row of the Gram matrix: no public row, the sum of past aggregates, the last aggregate alone, or an update
   * trained on a root set.
   */
  publicRow: 'none' | 'past' | 'last' | 'root'
}

/**
 * A robust aggregation rule as a plug-in. Pure and integer-exact: the same input gives the same output on every machine. `--rule FILE` of
 * `quorate lab` takes a module whose default export is one of these.
 */
export interface LabRule {
  name: string
  /** Where it was described. */
  paper: string
  /** Largest Byzantine share it withstands and under which conditions, for people. */
  breakdown: string
  /** How stake enters, for people. */
  weighting: string
  /** `gram`: a function of (G, stakes, public row) alone. `coordinates`: of the rows themselves. */
  kind: 'gram' | 'coordinates'
  /** The public row it needs, appended to G by the caller. */
  publicRow: Cohort['publicRow']
  /** True when tasks can be opened with it: every step of it can be proved on chain. */
  provable: boolean
  /** S(u + t) = S(u) + t. */
  translates: boolean
  /** Splitting one bond over twin rows changes nothing but rounding. */
  splits: boolean
  /** Why the rule's theory does not cover this cohort; undefined when it does. */
  unsafe(cohort: Cohort): string | undefined
  decide(input: LabInput): LabOutput
}

/** What the core of a Gram rule works on: rows without stake are gone, everything is exact. */
export interface GramCase {
  /** n x n inner products. */
  gram: bigint[][]
  stakes: bigint[]
  /** Order in which ties are settled. */
  ranks: number[]
  tieBreak: Hash[]
  /** G including the public row, for trust. */
  whole: { size: number; matrix: Float64Array }
  hasReference: boolean
  spec: RuleSpec
}

export interface GramDecision {
  /** Any non-negative integers; β is in proportion to them. */
  raw: bigint[]
  /** Rows thrown out as outliers; none if left out. */
  rejected?: boolean[]
}
