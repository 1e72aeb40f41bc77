import type { PrivacyEvent } from '../privacy/index.ts'

/** How far a training has come. */
export interface TrainProgress {
  /** Mini-batches done. */
  batches: number
  /** Mini-batches of the whole training; 0 if unknown. */
  total: number
  /** Pass over the data, from 1; left out where it is not known. */
  epoch?: number
  /** Mean loss over the samples of the current epoch so far. */
  loss: number
}

export interface LearnInput {
  /** The base model, float32[D] in layout order, padding zero. The learner may write over it, and return it as the change. */
  weights: Float32Array
  /** The member's own layers after its last training, for tasks with personal layers, float32 in their layout; their first values if left out. Not written over. */
  personal?: Float32Array
  /** Height of the claim that this training works towards, from 1. A round that opens again has the same step. */
  step: number
  /** Number of the round that asks, where one does. */
  round?: bigint
  /** Unix milliseconds from which the learner shall end with what it has. */
  deadline?: number
  /** Ends the training between two batches. */
  signal?: AbortSignal
  /** Called a few times a second at most, and after each epoch. */
  onProgress?: (progress: TrainProgress) => void
}

export interface LearnMetrics {
  /** Mean loss over the last local epoch, before each step of the optimiser. */
  loss: number
  /** Samples trained on, counted once per epoch. */
  samples: number
}

export interface LearnResult {
  /** Trained weights minus base weights, float32[D]. Padding is ignored. */
  delta: Float32Array
  /** The member's own layers after this training; left out when the task has none. */
  personal?: Float32Array
  metrics: LearnMetrics
  /** Steps with noise, where training is private: what this change costs of the member's budget. */
  spent?: readonly PrivacyEvent[]
}

export interface Evaluation {
  /** Share of the test samples classified rightly, 0…1; left out where labels are numbers. */
  accuracy?: number
  loss: number
  samples: number
  /** By name: accuracy, f1, auc and ap (average precision) of classes; mae, rmse and r2 of numbers; what else a trainer measures. */
  metrics?: Readonly<Record<string, number>>
  /** Samples of class i that were taken for class j, `confusion[i][j]`. */
  confusion?: readonly (readonly number[])[]
}

/**
 * The member's own training: model, data, machine. It knows nothing of rounds, int8 or the protocol: `createTrainer`
 * turns its result into an update. One call at a time. Long calls leave the event loop room for the network.
 */
export interface Learner {
  /** Loads what training needs, so that what cannot be trained is said before the first round. Nothing if left out. @throws MODEL_MISMATCH, CONFIG_INVALID */
  prepare?(): Promise<void>
  /** @throws TRAINING_DIVERGED, MODEL_MISMATCH for weights of another length, CANCELLED */
  train(input: LearnInput): Promise<LearnResult>
  /**
   * Measures a model on the learner's test samples.
   *
   * @param weights float32[D]
   * @param personal the member's own layers, for tasks with personal layers; their first values if left out
   * @throws MODEL_MISMATCH, DATASET_NOT_FOUND without test samples, CANCELLED
   */
  evaluate(weights: Float32Array, signal?: AbortSignal, personal?: Float32Array): Promise<Evaluation>
  dispose(): void
}
