/**
 * An example of a data set, for `quorate lab --dataset examples/seven-segment-dataset.ts`: digits of a seven-segment
 * display, shifted and noisy. The module generates the same samples on each load and needs no files.
 */
import type { LabDataset } from '../src/lab/index.ts'
import { createRandom } from '../src/training/index.ts'
import type { ClassSamples } from '../src/training/index.ts'

/** Rows and columns of each segment: top, left above, right above, middle, left below, right below, bottom. */
const SEGMENTS = [
  { top: 4, left: 9, height: 2, width: 10 },
  { top: 4, left: 8, height: 10, width: 2 },
  { top: 4, left: 18, height: 10, width: 2 },
  { top: 13, left: 9, height: 2, width: 10 },
  { top: 14, left: 8, height: 10, width: 2 },
  { top: 14, left: 18, height: 10, width: 2 },
  { top: 22, left: 9, height: 2, width: 10 },
]
const LIT = ['1110111', '0010010', '1011101', '1011011', '0111010', '1101011', '1101111', '1010010', '1111111', '1111011']

function samples(count: number, part: string): ClassSamples {
  const random = createRandom('seven-segment', part)
  const images = new Uint8Array(count * 784)
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10)
  for (const [i, label] of labels.entries()) {
    const image = images.subarray(i * 784, (i + 1) * 784)
    for (const k of image.keys()) image[k] = random.below(64)
    const [down, right] = [random.below(3) - 1, random.below(3) - 1]
    for (const [segment, { top, left, height, width }] of SEGMENTS.entries()) {
      // One segment in ten is dark.
      if (LIT[label]![segment] === '0' || random.below(10) === 0) continue
      for (let y = top; y < top + height; y++)
        for (let x = left; x < left + width; x++) image[(y + down) * 28 + x + right] = 160 + random.below(96)
    }
  }
  return { inputs: images, labels }
}

const sevenSegment: LabDataset = {
  name: 'seven-segment',
  load: async () =>
    Promise.resolve({
      name: 'seven-segment',
      classes: 10,
      inputShape: [28, 28, 1],
      train: samples(20_000, 'train'),
      test: samples(2000, 'test'),
    }),
}

export default sevenSegment
