import * as tf from '@tensorflow/tfjs-core'
import { models } from '@tensorflow/tfjs-layers'
import { createRandom, layersNetwork, tensorLayout } from '../../../src/training/index.ts'
import type { LayersTopology } from '../../../src/training/index.ts'
import type { ModelToExport } from '../../../src/training/export/index.ts'

/** A layers model with random weights, as a node would export it. A back end must be chosen. */
export async function randomModel(name: string, topology: LayersTopology): Promise<ModelToExport> {
  using network = await layersNetwork('random', topology)
  const tensors = network.tensors.map(({ name: tensor, shape }) => ({ name: tensor, shape: [...shape] }))
  const layout = tensorLayout(tensors)
  const random = createRandom('export', name)
  const weights = new Float32Array(layout.paddedLength)
  for (const { name: tensor, shape, offset, length } of layout.tensors) {
    // Outputs stay near 1, so that an absolute bound on their error means the same for all models.
    const wide = 1 / Math.sqrt(Math.max(1, length / (shape.at(-1) ?? 1)))
    for (let k = offset; k < offset + length; k++)
      weights[k] = /variance|gamma/.test(tensor) ? 0.5 + random.unit() : (random.unit() - 0.5) * Math.max(wide, 1 / 32)
  }
  return { document: { name, model: { kind: 'layers', topology }, tensors }, layout, weights, facts: { task: '1' } }
}

/** Two samples for a model. */
export function samplesFor(topology: LayersTopology, shape: readonly number[]): Float32Array {
  const random = createRandom('samples')
  const tokens = JSON.stringify(topology).includes('"Embedding"')
  const size = shape.reduce((product, each) => product * each, 2)
  return Float32Array.from({ length: size }, () => (tokens ? random.below(7) : random.unit() * 4 - 2))
}

/** What tfjs makes of samples, with the model's own last layer. */
export async function tfjsOutputs(model: ModelToExport, topology: LayersTopology, samples: Float32Array): Promise<number[]> {
  const loaded = await models.modelFromJSON({ modelTopology: structuredClone(topology) } as never)
  const values = new Map(
    model.layout.tensors.map(({ name, shape, offset, length }) => [
      name,
      tf.tensor(model.weights.slice(offset, offset + length), [...shape]),
    ]),
  )
  loaded.setWeights(loaded.weights.map(({ originalName }) => values.get(originalName)!))
  const outputs = tf.tidy(() => [
    ...(loaded.predict(tf.tensor(samples, [2, ...(loaded.inputs[0]!.shape.slice(1) as number[])])) as tf.Tensor).dataSync(),
  ])
  tf.dispose([...values.values()])
  loaded.dispose()
  return outputs
}
