import { QuorateError } from '../../core/errors.ts'
import type { Dataset } from './dataset.ts'
import { loadFashionMnist } from './load-fashion-mnist.ts'
import { loadMnist } from './load-mnist.ts'

const LOADERS: Record<string, (folder?: string) => Promise<Dataset>> = {
  mnist: loadMnist,
  'fashion-mnist': loadFashionMnist,
}

/** What a sample of each looks like. */
const FORM: Pick<Dataset, 'classes' | 'inputShape'> = { classes: 10, inputShape: [28, 28, 1] }

export const datasetNames: readonly string[] = Object.keys(LOADERS)

/** What a sample of a data set looks like, without loading it. @throws CONFIG_INVALID for an unknown name */
export function datasetForm(name: string): Pick<Dataset, 'classes' | 'inputShape'> {
  loaderOf(name)
  return FORM
}

/**
 * Loads a data set by the name the task document gives.
 *
 * @param folder of its files, where they are not the packaged ones
 * @throws CONFIG_INVALID for an unknown name, DATASET_NOT_FOUND, DATASET_CORRUPT
 */
export async function loadDataset(name: string, folder?: string): Promise<Dataset> {
  return loaderOf(name)(folder)
}

function loaderOf(name: string): (folder?: string) => Promise<Dataset> {
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined
  if (!load)
    throw new QuorateError('CONFIG_INVALID', `data set "${name}" is unknown; known: ${datasetNames.join(', ')}`, {
      details: { dataset: name },
    })
  return load
}
