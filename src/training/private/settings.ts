import type { PrivacyEvent } from '../../privacy/index.ts'
import type { LocalSettings } from '../tasks/task-document.ts'

/** How a member trains with example-level differential privacy. The member decides it, and not the task. */
export interface PrivateTraining {
  /** Longest gradient of one record over all trained tensors, L2. */
  clip: number
  /** Noise multiplier σ: each sum of clipped gradients gets noise of the standard deviation σ · clip. */
  noise: number
  /** Records that a step draws on average; the batch size of the task if left out. */
  batch?: number | undefined
}

/**
 * What one training costs, before it begins: as many steps as plain training with batches of this size would take.
 *
 * @param samples records of the member
 * @example plannedSteps({ clip: 1, noise: 1.1, batch: 50 }, document.local, 1000) // 20 steps an epoch, q = 0.05
 */
export function plannedSteps(
  { noise, batch }: Pick<PrivateTraining, 'noise' | 'batch'>,
  local: Pick<LocalSettings, 'epochs' | 'batchSize' | 'samples'>,
  samples: number,
): PrivacyEvent {
  const size = batch ?? local.batchSize
  const perEpoch = local.samples > 0 ? Math.min(local.samples, samples) : samples
  return {
    noiseMultiplier: noise,
    samplingRate: Math.min(1, size / samples),
    steps: local.epochs * Math.ceil(perEpoch / size),
  }
}
