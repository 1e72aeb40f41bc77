import { QuorateError } from '../core/errors.ts'
import type { Samples } from './datasets/dataset.ts'
import type { ModelDefinition } from './models/index.ts'

/** @throws MODEL_MISMATCH unless the model can take these samples */
export function checkSamples({ images, labels }: Samples, { name, inputShape, classes }: ModelDefinition): void {
  const width = inputShape.reduce((product, size) => product * size, 1)
  if (labels.length === 0 || images.length !== labels.length * width) {
    throw new QuorateError(
      'MODEL_MISMATCH',
      `model ${name} needs ${width} values per sample, not ${images.length} for ${labels.length} samples`,
    )
  }
  const wrong = labels.findIndex((label) => label >= classes)
  if (wrong >= 0)
    throw new QuorateError('MODEL_MISMATCH', `label ${labels[wrong]} is outside the ${classes} classes of model ${name}`)
}
