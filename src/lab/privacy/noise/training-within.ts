import { noiseFor } from '../../../privacy/index.ts'
import { plannedSteps } from '../../../training/index.ts'
import type { PrivateTraining, Samples, TaskDocument } from '../../../training/index.ts'

/**
 * Differential privacy of every honest member. Each has the noise that spends the budget (`epsilon`, `delta`) over all rounds with the number of records that the member
 * has. `clip` is the longest gradient of one record (L2), `batch` the records of a step on average.
 */
export type LabPrivacy = Readonly<Record<'epsilon' | 'delta' | 'clip' | 'batch', number>>

/**
 * How a member trains so that all rounds together spend its budget.
 *
 * @throws QuorateError PRIVACY_PARAMETER, PRIVACY_UNREACHABLE
 * @example trainingWithin({ epsilon: 3, delta: 1e-5, clip: 1, batch: 256 }, { document, data }, 20).noise
 */
export function trainingWithin(
  { epsilon, delta, clip, batch }: LabPrivacy,
  { document, data }: { document: Pick<TaskDocument, 'local'>; data: Pick<Samples, 'labels'> },
  rounds: number,
): PrivateTraining {
  const samples = data.labels.length
  const own = Math.min(batch, samples)
  const { samplingRate, steps } = plannedSteps({ noise: 0, batch: own }, document.local, samples)
  return { clip, batch: own, noise: noiseFor({ epsilon, delta, samplingRate, steps: steps * rounds }) }
}
