import type { Verdict } from '../../../protocol/types.ts'
import type { Layout } from '../../../training/layout.ts'
import type { Random } from '../../../training/random.ts'

/** What the real aggregation would make of a set of poisoned updates beside the honest ones. */
export interface Judgement {
  /** What the model would move by, float32[D]. */
  step: Float32Array
  /** Of the attackers' rows. */
  verdicts: Verdict[]
  /** β of the attackers' rows. */
  weights: number[]
}

export interface OmniscientContext {
  round: number
  layout: Layout
  random: Random
  /** The honest updates of this round, float32[D] each, at least one. */
  honest: readonly Float32Array[]
  /** What the attackers would send if they were honest, one for each of their rows. */
  own: readonly Float32Array[]
  /** Survives from round to round of one run. */
  memory: Map<string, unknown>
  /** False in rounds in which a line search is to be skipped and its last outcome used again. */
  searches: boolean
  /** Runs the rule of the round on the honest rows and these. Costs about as much as aggregation. */
  judge(rows: readonly Float32Array[]): Judgement
}

/**
 * An attack that knows every honest update of the round. Commit and reveal deny that to real members, so this is the worst case and more; the lab grants it.
 */
export interface OmniscientAttack {
  name: string
  /** One line for people. */
  description: string
  /** Where it was described. */
  paper: string
  /** Rows that each attacker's bond is split over; 1 if left out. */
  identities?: number
  /** True when only the number of `own` counts: nobody then needs to train for the attackers. */
  ignoresOwn?: boolean
  /** One update for each row of the attackers, float32[D]. Equal ones may be returned: quantisation rounds each by its own dice. */
  craft(context: OmniscientContext): Float32Array[]
}
