import { topologyOf } from './layers-graph.ts'
import type { ModelToExport } from './model-to-export.ts'

/** Name of the file with the weights, beside model.json. */
export const WEIGHTS_FILE = 'weights.bin'

/**
 * A model as tfjs saves it: the text of `model.json`, and the bytes of the weights in the order of its manifest. `tf.loadLayersModel` reads both.
 *
 * @throws QuorateError EXPORT_UNSUPPORTED for a task that lists tensors only
 */
export function tfjsFiles(model: ModelToExport): { json: string; weights: Uint8Array } {
  const topology = topologyOf(model.document, 'tfjs')
  const { tensors, parameters } = model.layout
  const values = new Float32Array(parameters)
  let at = 0
  for (const { offset, length } of tensors) {
    values.set(model.weights.subarray(offset, offset + length), at)
    at += length
  }
  const manifest = {
    paths: [WEIGHTS_FILE],
    weights: tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
  }
  const json = {
    format: 'layers-model',
    generatedBy: 'quorate',
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [manifest],
    userDefinedMetadata: model.facts,
  }
  return { json: JSON.stringify(json), weights: new Uint8Array(values.buffer) }
}
