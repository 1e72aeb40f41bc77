import type { ClassSamples } from '../../training/datasets/dataset.ts'
import type { Layout } from '../../training/layout.ts'
import type { Random } from '../../training/random.ts'

export interface AttackContext {
  /** Height of the claim that this training works towards, from 1. */
  step: number
  layout: Layout
  random: Random
  /** What the last round changed the model by, float32[D]: public. Left out before there was one. */
  lastChange?: Float32Array
}

export interface SampleContext {
  classes: number
  /** Shape of one sample. */
  inputShape: readonly number[]
  random: Random
}

/** A backdoor's own yardstick: on which test samples it is measured, how to stamp them, and the class that they should then be taken for. */
export interface Backdoor {
  target: number
  /** Samples that it is measured on; all of other classes than the target if left out. */
  select?(samples: ClassSamples): number[]
  /** Stamps every sample, in place; a backdoor without a trigger has none. */
  stamp?(samples: ClassSamples, inputShape: readonly number[]): void
}

/**
 * What a single poisoning member does differently; usable in `quorate demo --attack`. It knows its own data and the public models, nothing of the others'
 * updates: with commit and reveal nobody sees those before having committed. Attacks that do know them are `OmniscientAttack`s; attacks of several members on
 * the rows of past rounds are `CoalitionAttack`s. Both run in the lab.
 *
 * `quorate lab --attack FILE` takes a module whose default export is one of any kind.
 */
export interface Attack {
  name: string
  /** One line for people. */
  description: string
  /** Where it was described. */
  paper: string
  /** Sends something without training: `poisonUpdate` then gets zeros. */
  idle?: boolean
  /** Labels to train on instead of the true ones. */
  poisonLabels?: (labels: Uint8Array, classes: number) => Uint8Array
  /** ClassSamples to train on instead of the true ones; copies what it changes. Runs once. */
  poisonSamples?: (samples: ClassSamples, context: SampleContext) => ClassSamples
  /** The update to quantise instead of the trained one: float32[D], layout of the model. */
  poisonUpdate?: (delta: Float32Array, context: AttackContext) => Float32Array
  backdoor?: Backdoor
}
