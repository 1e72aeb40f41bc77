import { isQuorateError } from '../core/index.ts'
import { loadDataset, loadMnist } from '../training/index.ts'
import type { Dataset } from '../training/index.ts'

/**
 * A data set of the lab. `fashion-mnist` (Xiao et al. 2017) has the format of MNIST and no npm package here: it is read from `folder` and skipped
 * without one.
 *
 * @returns the data set, or why it is skipped
 * @throws CONFIG_INVALID for an unknown name, DATASET_NOT_FOUND, DATASET_CORRUPT
 */
export async function loadLabDataset(name: string, folder?: string): Promise<Dataset | { skipped: string }> {
  if (name !== 'fashion-mnist') return loadDataset(name, folder)
  if (folder === undefined) {
    return { skipped: 'fashion-mnist is skipped: it is not installed; pass --dataset-dir with the folder of its four IDX files' }
  }
  return loadMnist(folder)
    .then((dataset) => ({ ...dataset, name }))
    .catch((error: unknown) => {
      if (isQuorateError(error, 'DATASET_NOT_FOUND')) return { skipped: `fashion-mnist is skipped: ${error.message}` }
      throw error
    })
}
