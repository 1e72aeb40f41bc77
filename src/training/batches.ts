import { tensor2d } from '@tensorflow/tfjs-core'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import type { Samples } from './datasets/dataset.ts'
import type { Loss } from './losses/index.ts'

/**
 * Copies samples to the device: inputs [batch, width], bytes as value / 255; targets [batch, outputs], one-hot for classes, else the labels
 * themselves.
 */
export function uploadBatch(
  samples: Samples,
  { outputs, loss }: { outputs: number; loss: Pick<Loss, 'labels'> },
  indices: Uint32Array,
): { inputs: Tensor2D; targets: Tensor2D } {
  const width = samples.inputs.length / samples.labels.length
  const inputs = new Float32Array(indices.length * width)
  const targets = new Float32Array(indices.length * outputs)
  const scale = samples.inputs instanceof Uint8Array ? 1 / 255 : 1
  for (let row = 0; row < indices.length; row++) {
    const from = indices[row]! * width
    const to = row * width
    for (let k = 0; k < width; k++) inputs[to + k] = samples.inputs[from + k]! * scale
    const label = samples.labels[indices[row]!]!
    if (loss.labels === 'class') targets[row * outputs + label] = 1
    else targets[row] = label
  }
  return { inputs: tensor2d(inputs, [indices.length, width]), targets: tensor2d(targets, [indices.length, outputs]) }
}

/** The indices from…to − 1. */
export function sampleRange(from: number, to: number): Uint32Array {
  const indices = new Uint32Array(to - from)
  // A plain loop: `from` with a function takes as long as a training step.
  for (let index = 0; index < indices.length; index++) indices[index] = from + index
  return indices
}
