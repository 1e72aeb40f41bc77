export interface TrainInput {
  /** Base model, int32[D]. */
  model: Int32Array
  round: number
  /** What the member's last update could not carry, float32[D]. */
  residual?: Float32Array
  /** What the member's last training handed on, for tasks with member momentum, float32[D]. */
  momentum?: Float32Array
  /** Longest update to send, in units of the int8 update; none for any length. Poisoners pay no heed. */
  maxNorm?: number
  signal?: AbortSignal
  /** Share of the local work done, 0…1. */
  onProgress?: (done: number) => void
}

export interface TrainMetrics {
  /** Mean cross-entropy over the last local epoch, before each step. */
  loss: number
  /** Samples trained on, counted once per epoch. */
  samples: number
  /** Coordinates that met the int8 bound. */
  clipped: number
  seconds: number
}

export interface TrainResult {
  /** int8[D], −127…127, padding zero. */
  update: Int8Array
  /** Hand it to the next round's `train`. */
  residual: Float32Array
  /** Likewise; left out when the task has no member momentum. */
  momentum?: Float32Array
  metrics: TrainMetrics
}

export interface Evaluation {
  /** Share of the test samples classified rightly, 0…1. */
  accuracy: number
  loss: number
  samples: number
}

/** Turns a base model and private data into an update. One at a time; long calls leave the event loop room to breathe. */
export interface Trainer {
  /** @throws TRAINING_DIVERGED, MODEL_MISMATCH, CANCELLED */
  train(input: TrainInput): Promise<TrainResult>
  /** @throws MODEL_MISMATCH, DATASET_NOT_FOUND without test samples, CANCELLED */
  evaluate(model: Int32Array, signal?: AbortSignal): Promise<Evaluation>
  dispose(): void
}
