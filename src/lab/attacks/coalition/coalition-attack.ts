import type { Layout } from '../../../training/layout.ts'
import type { Random } from '../../../training/random.ts'
import type { Attack } from '../attack.ts'
import type { Parameters, Values } from './parameters.ts'
import type { PublicHistory } from './public-history.ts'

export interface CoalitionContext {
  /** From 1. */
  round: number
  layout: Layout
  /** One stream for the whole coalition: its members agree on their noise before the round. */
  random: Random
  /** What everybody can read after the last reveal. Nothing of this round is in it. */
  history: PublicHistory
  /** What the coalition would send if it were honest, float32[D], one for each of its rows; zeros if it trains nothing. */
  own: readonly Float32Array[]
  /** Slots of the coalition's rows, in the order of `own`. */
  slots: readonly number[]
  /** Survives from round to round of one run. */
  memory: Map<string, unknown>
}

/**
 * An attack of several members in concert that is realisable behind commit and reveal: it knows the rows, verdicts and steps of past rounds, which are public
 * after reveal, and its own data. It knows no update of the current round; that is what an `OmniscientAttack` has beyond it.
 *
 * Its numbers are parameters with bounds, so that `quorate lab --search` can move them, and `--attack NAME:PARAMETER=VALUE` sets them.
 *
 * @template P names of the parameters
 */
export interface CoalitionAttack<P extends string = string> {
  name: string
  /** One line for people. */
  description: string
  /** Where it, or the idea behind it, was described. */
  paper: string
  /** Trains nothing: `own` then holds zeros. */
  idle?: boolean
  parameters: Parameters<P>
  /** What the coalition trains on instead of its own samples, and how success is measured. */
  data?(values: Values<P>): Pick<Attack, 'poisonLabels' | 'poisonSamples' | 'backdoor'>
  /** One update for each row of the coalition, float32[D], padding zero. Rows may be equal: quantisation rounds each by its own dice. */
  conspire(context: CoalitionContext, values: Values<P>): Float32Array[]
}
