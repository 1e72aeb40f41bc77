import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { QuorateError } from '../../core/errors.ts'
import { packInto, tensorLayout } from '../layout.ts'
import { writeSafetensors } from '../process/safetensors.ts'
import type { ExportFormat } from './formats.ts'
import type { ModelToExport } from './model-to-export.ts'
import { onnxFile } from './onnx/index.ts'
import { stateDict } from './state-dict.ts'
import { tfjsFiles, WEIGHTS_FILE } from './tfjs-files.ts'

const WRITERS: Record<ExportFormat, (path: string, model: ModelToExport) => Promise<void>> = {
  safetensors: async (path, { layout, weights, facts }) => writeSafetensors(path, layout, weights, facts),
  async state_dict(path, model) {
    const tensors = await stateDict(model)
    const layout = tensorLayout(tensors)
    const flat = packInto(
      layout,
      tensors.map(({ values }) => values),
      new Float32Array(layout.paddedLength),
    )
    await writeSafetensors(path, layout, flat, { ...model.facts, format: 'pt' })
  },
  onnx: async (path, model) => writeFile(path, await onnxFile(model), { flag: 'wx' }),
  async tfjs(path, model) {
    const { json, weights } = tfjsFiles(model)
    await mkdir(path)
    await writeFile(join(path, WEIGHTS_FILE), weights, { flag: 'wx' })
    await writeFile(join(path, 'model.json'), json, { flag: 'wx' })
  },
}

/**
 * Writes a model in a format of other programs: one file, or for tfjs a folder with `model.json` and `weights.bin`. A tfjs back end must be chosen for formats that
 * know the network. Nothing is written over.
 *
 * @throws QuorateError EXPORT_UNSUPPORTED, MODEL_MISMATCH, STORAGE_FAILED
 * @example await writeModel('onnx', 'wards.onnx', { document, layout, weights: dequantiseModel(layout, spec.tensors, model), facts: {} })
 */
export async function writeModel(format: ExportFormat, path: string, model: ModelToExport): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await WRITERS[format](path, model)
  } catch (cause) {
    if (cause instanceof QuorateError) throw cause
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw new QuorateError(
      'STORAGE_FAILED',
      exists ? `${path} is there already: name another path, or remove it` : `${path} cannot be written: ${String(cause)}`,
      { cause, details: { path } },
    )
  }
}
