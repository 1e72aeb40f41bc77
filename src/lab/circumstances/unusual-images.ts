import { QuorateError } from '../../core/index.ts'
import type { ClassSamples } from '../../training/index.ts'
import type { Circumstance } from './circumstance.ts'

/** The images of the affected members lie on their side, as those of a scanner that was mounted otherwise. */
export const rotatedImages: Circumstance = {
  name: 'rotated-images',
  description: 'its images are rotated by a quarter turn',
  unlike: true,
  samples: rotated,
}

/** The images of the affected members are negatives: bright where those of the others are dark. */
export const invertedImages: Circumstance = {
  name: 'inverted-images',
  description: 'its images are inverted: light is dark and dark is light',
  unlike: true,
  samples({ inputs, labels }) {
    const brightest = inputs instanceof Uint8Array ? 255 : 1
    return { inputs: inputs.map((value) => brightest - value), labels }
  },
}

/** A quarter turn clockwise: the first row becomes the last column. */
function rotated({ inputs, labels }: ClassSamples, { inputShape }: { inputShape: readonly number[] }): ClassSamples {
  const [height = 0, width = 0, channels = 1] = inputShape
  if (height !== width || height === 0)
    throw new QuorateError('CONFIG_INVALID', 'the circumstance rotated-images needs square images: choose another data set')
  const size = height * width * channels
  const turned = inputs.slice()
  for (let start = 0; start < inputs.length; start += size) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const from = start + (row * width + column) * channels
        const to = start + (column * width + (height - 1 - row)) * channels
        for (let c = 0; c < channels; c++) turned[to + c] = inputs[from + c]!
      }
    }
  }
  return { inputs: turned, labels }
}
