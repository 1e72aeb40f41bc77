import type { Verdict } from '../../../protocol/types.ts'

/** A round after its reveal and its claim. */
export interface PublicRound {
  round: number
  /** Slots of the rows, in the order of the seal. */
  slots: readonly number[]
  /** The row that a slot revealed, float32[D]; undefined where it revealed none. */
  row(slot: number): Float32Array | undefined
  verdict(slot: number): Verdict | undefined
  /** What the round moved the model by, float32[D]. */
  step: Float32Array
}

/**
 * What everybody can read before committing to an update of this round: rows and verdicts of past rounds, the models and the steps between them. Members
 * of a real task get the same from the data availability layer and from the claims.
 */
export interface PublicHistory {
  /** The first model, float32[D]. */
  first: Float32Array
  /** The model to train from, float32[D]. */
  model: Float32Array
  /** How many past rounds it holds: the last `REMEMBERED`, fewer at the start. */
  length: number
  /** The round `rounds` before this one: 1 is the last. Undefined where none is remembered. */
  ago(rounds: number): PublicRound | undefined
}

/** Past rounds that a coalition keeps. A longer memory would not fit where models are large. */
export const REMEMBERED = 8
