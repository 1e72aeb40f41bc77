import { QuorateError } from '../../core/errors.ts'
import type { Dataset } from './dataset.ts'
import { loadFashionMnist } from './load-fashion-mnist.ts'
import { loadMnist } from './load-mnist.ts'

const LOADERS: Record<string, (folder?: string) => Promise<Dataset>> = {
  mnist: loadMnist,
  'fashion-mnist': loadFashionMnist,
}

export const datasetNames: readonly string[] = Object.keys(LOADERS)

/**
 * Loads a data set by the name the task document gives.
 *
 * @param folder of its files, where they are not the packaged ones
 * @throws CONFIG_INVALID for an unknown name, DATASET_NOT_FOUND, DATASET_CORRUPT
 */
export async function loadDataset(name: string, folder?: string): Promise<Dataset> {
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined
  if (!load)
    throw new QuorateError('CONFIG_INVALID', `data set "${name}" is unknown; known: ${datasetNames.join(', ')}`, {
      details: { dataset: name },
    })
  return load(folder)
}
