import type { TensorSpec } from '../../protocol/types.ts'
import { tensorLayout } from '../layout.ts'
import { modelByName } from '../models/index.ts'
import type { TaskDocument } from './task-document.ts'

export interface DefaultTaskOptions {
  model?: string
  seed?: number
  partition?: string
  name?: string
}

/** What a model's task fixes besides the document. */
export interface DefaultTask {
  document: TaskDocument
  tensors: TensorSpec[]
  /** Bounds on ⟨q, q⟩ of an admitted update. */
  minNormSq: bigint
  maxNormSq: bigint
}

interface Defaults {
  local: TaskDocument['local']
  updateExponent: number
}

const DEFAULTS: Record<string, Defaults> = {
  mlp: {
    local: { epochs: 1, batchSize: 32, learningRate: 0.1, learningRateDecay: 1, momentum: 0, samples: 0 },
    updateExponent: -9,
  },
  cnn: {
    local: { epochs: 1, batchSize: 32, learningRate: 0.1, learningRateDecay: 1, momentum: 0, samples: 2000 },
    updateExponent: -9,
  },
}

/** Weights up to ±16 stay below 2^24, so that float32 holds them exactly. */
const MODEL_EXPONENT = -20

export function defaultTask({
  model = 'mlp',
  seed = 1,
  partition,
  name = `mnist-${model}`,
}: DefaultTaskOptions = {}): DefaultTask {
  const definition = modelByName(model)
  const { local, updateExponent } = DEFAULTS[model]!
  const layout = tensorLayout(definition.tensors)
  const tensors = layout.tensors.map(({ chunks }) => ({
    chunks,
    updateExponent,
    modelExponent: MODEL_EXPONENT,
    ...serverStep(updateExponent, MODEL_EXPONENT),
  }))
  const document: TaskDocument = {
    name,
    model,
    dataset: 'mnist',
    tensors: definition.tensors.map(({ name, shape }) => ({ name, shape: [...shape] })),
    local,
    seed,
    ...(partition === undefined ? {} : { partition }),
  }
  return { document, tensors, minNormSq: 1n, maxNormSq: 127n * 127n * BigInt(layout.parameters) }
}

function serverStep(updateExponent: number, modelExponent: number): { eta: number; shift: number } {
  return { eta: 1, shift: 16 + modelExponent - updateExponent }
}
