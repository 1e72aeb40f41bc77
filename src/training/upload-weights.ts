import { tensor } from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { QuorateError } from '../core/errors.ts'
import { unpack } from './layout.ts'
import type { Layout } from './layout.ts'

/**
 * Copies float32[D] weights to the device, one tensor per tensor of the layout; the caller disposes of them.
 *
 * @throws MODEL_MISMATCH for another length
 */
export function uploadWeights(layout: Layout, weights: Float32Array): Tensor[] {
  if (weights.length !== layout.paddedLength)
    throw new QuorateError('MODEL_MISMATCH', `${weights.length} weights were given instead of ${layout.paddedLength}`)
  return unpack(layout, weights).map((values, index) => tensor(values.slice(), [...layout.tensors[index]!.shape], 'float32'))
}
