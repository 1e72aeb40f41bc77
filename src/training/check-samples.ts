import { QuorateError } from '../core/errors.ts'
import type { Samples } from './datasets/dataset.ts'
import type { Loss } from './losses/index.ts'
import type { Network } from './networks/index.ts'

/** @throws QuorateError MODEL_MISMATCH unless the network and the loss can take these samples */
export function checkSamples(
  { inputs, labels }: Samples,
  { name, inputShape, outputs }: Pick<Network, 'name' | 'inputShape' | 'outputs'>,
  loss: Pick<Loss, 'name' | 'labels'>,
): void {
  const width = inputShape.reduce((product, size) => product * size, 1)
  if (labels.length === 0 || inputs.length !== labels.length * width) {
    throw new QuorateError(
      'MODEL_MISMATCH',
      `model ${name} needs ${width} values per sample, not ${inputs.length} for ${labels.length} samples`,
    )
  }
  if (loss.labels !== 'class' && outputs !== 1)
    throw new QuorateError('MODEL_MISMATCH', `loss ${loss.name} needs a model with one output; model ${name} has ${outputs}`)
  const wrong = labels.findIndex((label) => !isLabel(label, loss, outputs))
  if (wrong < 0) return
  const known = { class: `the ${outputs} classes of model ${name}`, binary: 'the classes 0 and 1', number: 'the numbers' }
  throw new QuorateError('MODEL_MISMATCH', `label ${labels[wrong]} is outside ${known[loss.labels]}`)
}

function isLabel(label: number, { labels }: Pick<Loss, 'labels'>, outputs: number): boolean {
  if (labels === 'number') return Number.isFinite(label)
  return Number.isInteger(label) && label >= 0 && label < (labels === 'binary' ? 2 : outputs)
}
