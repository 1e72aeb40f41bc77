import { readFile } from 'node:fs/promises'
import { QuorateError } from '../../src/core/index.ts'
import {
  choosePersonal,
  cutModel,
  genesisModel,
  layersNetwork,
  modelByName,
  quantiseModel,
  selectBackend,
  tensorLayout,
} from '../../src/training/index.ts'
import { readSafetensors } from '../../src/training/process/safetensors.ts'
import type { LayersTopology, TaskDocument } from '../../src/training/index.ts'
import type { TaskFile } from './task-file.ts'

export interface DescribedModel {
  /** As the task document names it. */
  model: TaskDocument['model']
  /** Shared by all members. */
  tensors: TaskDocument['tensors']
  /** int32[D] of the shared tensors. */
  genesis: Int32Array
  /** Left out where nothing stays with members. */
  personal?: TaskDocument['personal']
  /** What the founder should know of the choice of personal layers. */
  notes: readonly string[]
}

type WholeModel = Pick<DescribedModel, 'model' | 'tensors' | 'genesis'>

/**
 * The model of a task file: its tensors, the weights to start from, and what of both stays with members.
 *
 * @throws QuorateError CONFIG_INVALID, CONFIG_NOT_FOUND, MODEL_MISMATCH for weights that do not fit
 */
export async function describeModel(file: TaskFile): Promise<DescribedModel> {
  const { model, tensors: all, genesis: whole } = await describeWhole(file)
  const { places, notes } = choosePersonal(all, file.model.personal ?? [])
  return { model, ...cutModel(all, whole, file.update.modelExponent, places), notes }
}

async function describeWhole({ name, model, training, update }: TaskFile): Promise<WholeModel> {
  const exponents = { modelExponent: update.modelExponent }
  if (model.kind === 'builtin') {
    const definition = modelByName(model.name)
    const tensors = definition.tensors.map((tensor) => ({ name: tensor.name, shape: [...tensor.shape] }))
    return {
      model: model.name,
      tensors,
      genesis: genesisModel(
        definition,
        tensors.map(() => exponents),
        training.seed,
      ),
    }
  }
  if (model.kind === 'tensors') {
    const { tensors, values } = await readSafetensors(model.weights)
    const genesis = quantiseModel(
      tensorLayout(tensors),
      tensors.map(() => exponents),
      values,
    )
    return { model: { kind: 'tensors' }, tensors, genesis }
  }
  const topology = await readTopology(model.file)
  // The initialisers draw the same weights on every machine.
  await selectBackend('cpu')
  using network = await layersNetwork(name, topology)
  const tensors = network.tensors.map((tensor) => ({ name: tensor.name, shape: [...tensor.shape] }))
  const weights = network.initial()
  const genesis = quantiseModel(
    tensorLayout(tensors),
    tensors.map(() => exponents),
    weights,
  )
  return { model: { kind: 'layers', topology }, tensors, genesis }
}

/** The topology in a file: by itself, or inside what `model.save` writes. */
async function readTopology(file: string): Promise<LayersTopology> {
  const fail = (problem: string, cause?: unknown): QuorateError =>
    new QuorateError(
      'CONFIG_INVALID',
      `${file} ${problem}: write it with JSON.stringify(model.toJSON(null, false)), or with model.save`,
      {
        cause,
        details: { file },
      },
    )
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('CONFIG_INVALID', `cannot read the model ${file}`, { cause, details: { file } })
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw fail('is not JSON', cause)
  }
  const { modelTopology = value } = value as { modelTopology?: unknown }
  const { model_config: topology = modelTopology } = modelTopology as { model_config?: unknown }
  const { class_name: kind, config } = (topology ?? {}) as Partial<LayersTopology>
  if (typeof kind !== 'string' || typeof config !== 'object' || config === null) throw fail('has no tfjs layers model')
  return { class_name: kind, config }
}
