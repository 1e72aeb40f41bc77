import { tensor } from '@tensorflow/tfjs-core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { QuorateError } from '../core/errors.ts'
import type { TensorSpec } from '../protocol/types.ts'
import { unpack } from './layout.ts'
import type { Layout } from './layout.ts'
import { dequantiseModel } from './quantise.ts'

/**
 * The weights of an int32[D] model as float32 tensors on the device; the caller disposes of them.
 *
 * @throws MODEL_MISMATCH for another length
 */
export function uploadModel(layout: Layout, specs: readonly Pick<TensorSpec, 'modelExponent'>[], model: Int32Array): Tensor[] {
  if (model.length !== layout.paddedLength) {
    throw new QuorateError('MODEL_MISMATCH', `the base model has ${model.length} coordinates instead of ${layout.paddedLength}`)
  }
  const parts = unpack(layout, dequantiseModel(layout, specs, model))
  return parts.map((values, index) => tensor(values.slice(), [...layout.tensors[index]!.shape], 'float32'))
}
