import type { Evaluation, LearnMetrics, TrainProgress } from './learner.ts'
import type { PrivacyEvent } from '../privacy/index.ts'

export interface TrainInput {
  /** Base model, int32[D]. */
  model: Int32Array
  /** Height of the claim that this training works towards, from 1. */
  step: number
  /** Number of the round that asks, where one does. */
  round?: bigint
  /** Unix milliseconds from which the learner shall end with what it has. */
  deadline?: number
  /** What the member's last update could not carry, float32[D]. */
  residual?: Float32Array
  /** What the member's last training handed on, for tasks with member momentum, float32[D]. */
  momentum?: Float32Array
  /** What the member's last training handed on, for tasks with personal layers: float32 in their layout. */
  personal?: Float32Array
  /** Longest update to send, in units of the int8 update; any length if left out. */
  maxNorm?: number
  /** For each segment of 8192 coordinates whether the update carries it; all of them if left out. */
  segments?: readonly boolean[]
  signal?: AbortSignal
  onProgress?: (progress: TrainProgress) => void
}

export interface TrainMetrics extends LearnMetrics {
  /** Coordinates that met the int8 bound. */
  clipped: number
  seconds: number
}

export interface TrainResult {
  /** int8[D], −127…127, padding zero. */
  update: Int8Array
  /** Hand it to the `train` of the next step. */
  residual: Float32Array
  /** Likewise; left out when the task has no member momentum. */
  momentum?: Float32Array
  /** Likewise; left out when the task has no personal layers. */
  personal?: Float32Array
  metrics: TrainMetrics
  /** Steps with noise, where training is private: what this update costs of the member's budget. */
  spent?: readonly PrivacyEvent[]
}

/** Turns a base model and private data into an update. One call at a time. */
export interface Trainer {
  /** Loads what training needs. @throws MODEL_MISMATCH, CONFIG_INVALID */
  prepare?(): Promise<void>
  /** @throws TRAINING_DIVERGED, MODEL_MISMATCH, CANCELLED */
  train(input: TrainInput): Promise<TrainResult>
  /** @throws MODEL_MISMATCH, DATASET_NOT_FOUND without test samples, CANCELLED */
  evaluate(model: Int32Array, signal?: AbortSignal, personal?: Float32Array): Promise<Evaluation>
  dispose(): void
}
