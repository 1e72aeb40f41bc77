import { isQuorateError } from '../core/index.ts'
import { loadDataset } from '../training/index.ts'
import type { Dataset } from '../training/index.ts'
import { invalid, isPath, loadDefault } from './load-module.ts'
import type { Loaded } from './load-module.ts'

/** What a module for `--dataset FILE` exports by default. Models take samples of 28 × 28 pixels in ten classes. */
export interface LabDataset {
  name: string
  /** @param folder that of `--dataset-dir`, if given */
  load(folder?: string): Promise<Dataset>
}

/**
 * A built-in data set by name, or that of a module by path, a `LabDataset`. One that is not on this machine is skipped.
 *
 * @returns the data set, or why it is skipped
 * @throws CONFIG_INVALID for an unknown name, a file that does not load, a default export or samples of another shape; DATASET_CORRUPT
 */
export async function loadLabDataset(text: string, folder?: string): Promise<Loaded<Dataset> | { skipped: string }> {
  try {
    return isPath(text) ? await loadFile(text, folder) : { label: text, value: await loadDataset(text, folder) }
  } catch (error) {
    if (isQuorateError(error, 'DATASET_NOT_FOUND')) return { skipped: `${text} is skipped: ${error.message}` }
    throw error
  }
}

async function loadFile(path: string, folder?: string): Promise<Loaded<Dataset>> {
  const { value, hash } = await loadDefault(path)
  const { name, load } = value as Partial<LabDataset>
  if (typeof name !== 'string' || typeof load !== 'function') throw invalid(path, 'a data set: { name, load }')
  const dataset = (await (value as LabDataset).load(folder)) as Partial<Dataset> | undefined
  if (!isWhole(dataset)) {
    throw invalid(
      path,
      'a data set whose `train` and `test` have one row of `inputShape` values and one label below `classes` for each sample',
    )
  }
  return { label: `${name}@${hash}`, value: dataset }
}

function isWhole(dataset: Partial<Dataset> | undefined): dataset is Dataset {
  const { inputShape, classes = 0 } = dataset ?? {}
  const width = inputShape?.reduce((product, size) => product * size, 1) ?? 0
  return [dataset?.train, dataset?.test].every(
    (part) =>
      part !== undefined &&
      part.labels?.length > 0 &&
      part.inputs?.length === part.labels.length * width &&
      part.labels.every((label) => label < classes),
  )
}
