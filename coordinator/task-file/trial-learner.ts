import { QuorateError } from '../../src/core/index.ts'
import { openDataset, readSamples } from '../../src/data/index.ts'
import { createTfjsLearner, loadDataset, selectBackend, takeSamples } from '../../src/training/index.ts'
import type { BackendChoice, Samples, TaskDocument } from '../../src/training/index.ts'
import type { TrialLearner } from './plan-task.ts'

/** Samples of a trial where the task sets no bound: enough to see how far weights move. */
const SAMPLES = 2000

/**
 * Trains as one member would, on the first samples of the data that the task describes.
 *
 * @param folder of the data; a public data set has a package
 */
export function trialLearner({ backend, folder }: { backend: BackendChoice; folder?: string | undefined }): TrialLearner {
  return async (document, spec) => {
    const ready = await selectBackend(backend)
    const all = await trialSamples(document, folder)
    const count = Math.min(all.labels.length, document.local.samples || SAMPLES)
    const data = takeSamples(
      all,
      Uint32Array.from({ length: count }, (_, i) => i),
    )
    return createTfjsLearner({ document, spec, data, backend: ready, seed: document.seed })
  }
}

async function trialSamples({ dataset, data }: TaskDocument, folder: string | undefined): Promise<Samples> {
  if (!data) return (await loadDataset(dataset!, folder)).train
  if (folder === undefined)
    throw new QuorateError(
      'USAGE',
      'pass data for a trial training with --data FOLDER, or set update.exponent in the task file (-9 suits many networks)',
    )
  await using opened = await openDataset(data, folder)
  return readSamples(opened, 'train')
}
