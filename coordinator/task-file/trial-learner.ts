import { createTfjsLearner, loadDataset, selectBackend, takeSamples } from '../../src/training/index.ts'
import type { BackendChoice } from '../../src/training/index.ts'
import type { TrialLearner } from './plan-task.ts'

/** Samples of a trial where the task sets no bound: enough to see how far weights move. */
const SAMPLES = 2000

/**
 * Trains as one member would, on the first samples of the data set that the task names.
 *
 * @param folder of the data, where it is not the packaged one
 */
export function trialLearner({ backend, folder }: { backend: BackendChoice; folder?: string | undefined }): TrialLearner {
  return async (document, spec) => {
    const ready = await selectBackend(backend)
    const { train } = await loadDataset(document.dataset, folder)
    const count = Math.min(train.labels.length, document.local.samples || SAMPLES)
    const data = takeSamples(
      train,
      Uint32Array.from({ length: count }, (_, i) => i),
    )
    return createTfjsLearner({ document, spec, data, backend: ready, seed: document.seed })
  }
}
