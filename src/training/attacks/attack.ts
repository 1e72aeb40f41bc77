import type { Layout } from '../layout.ts'
import type { Random } from '../random.ts'

export interface AttackContext {
  round: number
  layout: Layout
  random: Random
}

/**
 * What a poisoning member does differently. It knows its own data and the base model, nothing of the others' updates: with
 * commit and reveal nobody sees those before having committed.
 */
export interface Attack {
  name: string
  /** One line for people. */
  description: string
  /** Where it was described. */
  paper: string
  /** Labels to train on instead of the true ones. */
  poisonLabels?: (labels: Uint8Array, classes: number) => Uint8Array
  /** The update to quantise instead of the trained one: float32[D], layout of the model. */
  poisonUpdate?: (delta: Float32Array, context: AttackContext) => Float32Array
}
