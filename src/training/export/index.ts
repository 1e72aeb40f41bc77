/**
 * A model in the formats of other programs.
 *
 * Needs: a verified model in floats with its task document; a tfjs back end for the formats that know the network.
 * Makes: safetensors, tfjs layers, ONNX, and the tensors of a PyTorch `state_dict`.
 *
 *     document ─▶ layersGraph ─┬─▶ onnx/ (one writer for each class of layers)
 *                              └─▶ stateDict (names and axes of PyTorch)
 *
 * Errors: EXPORT_UNSUPPORTED naming the layer that a format cannot hold, MODEL_MISMATCH, STORAGE_FAILED.
 *
 * @example await writeModel('onnx', 'wards.onnx', model)
 */
export { builtinTopology } from './builtin-topology.ts'
export { EXPORT_FORMATS } from './formats.ts'
export type { ExportFormat } from './formats.ts'
export type { ExportedTensor, ModelToExport } from './model-to-export.ts'
export { onnxFile } from './onnx/index.ts'
export { stateDict } from './state-dict.ts'
export { tfjsFiles } from './tfjs-files.ts'
export { writeModel } from './write-model.ts'
