import * as tf from '@tensorflow/tfjs-core'
import { QuorateError } from '../core/index.ts'
import type { Hash } from '../protocol/index.ts'
import { openNetwork, packInto, tensorLayout } from '../training/index.ts'
import { uploadWeights } from '../training/upload-weights.ts'
import type { TaskDocument } from '../training/index.ts'

/** A model that answers. */
export interface ServedModel extends Disposable {
  /** Claim hash. */
  id: Hash
  name: string
  /** Shape of one sample, and values that the model gives for it. */
  inputShape: readonly number[]
  outputs: number
  /** @param inputs one sample after the other. @returns outputs of the network in the same order */
  predict(inputs: Float32Array, samples: number): Promise<Float32Array>
}

/**
 * Puts a model on the device. A tfjs back end must be chosen.
 *
 * @param values one array for each tensor of the document, in its order
 * @throws QuorateError CONFIG_INVALID for a model that tfjs does not run, MODEL_MISMATCH for other tensors
 */
export async function openServedModel(
  id: Hash,
  document: Pick<TaskDocument, 'name' | 'model' | 'tensors' | 'personal'>,
  values: readonly Float32Array[],
): Promise<ServedModel> {
  if (document.personal !== undefined)
    throw new QuorateError('EXPORT_UNSUPPORTED', 'the model needs personal layers, which only a member has')
  const layout = tensorLayout(document.tensors)
  const network = await openNetwork(document)
  const run = network.open(uploadWeights(layout, packInto(layout, values, new Float32Array(layout.paddedLength))))
  const width = network.inputShape.reduce((product, size) => product * size, 1)
  return {
    id,
    name: document.name,
    inputShape: network.inputShape,
    outputs: network.outputs,
    async predict(inputs, samples) {
      const given = tf.tidy(() => run.outputs(tf.tensor2d(inputs, [samples, width]), false))
      try {
        return new Float32Array(await given.data<'float32'>())
      } finally {
        given.dispose()
      }
    },
    [Symbol.dispose]() {
      run[Symbol.dispose]()
      network[Symbol.dispose]()
    },
  }
}
