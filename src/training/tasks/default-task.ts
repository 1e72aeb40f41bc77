import { QuorateError } from '../../core/errors.ts'
import type { TaskSpec, TensorSpec } from '../../protocol/types.ts'
import { modelBytes } from '../../protocol/model-bytes.ts'
import { fileHash } from '../../protocol/manifest.ts'
import { genesisModel } from '../genesis-model.ts'
import { tensorLayout } from '../layout.ts'
import { modelByName } from '../models/index.ts'
import { choosePersonal, cutModel } from '../personal/index.ts'
import type { TaskDocument } from './task-document.ts'

export interface DefaultTaskOptions {
  /** A name of `models/`; mlp if left out. */
  model?: string
  /** Fixes the genesis model and the partition; 1 if left out. */
  seed?: number
  /** For demonstrations on a public data set. */
  partition?: string
  name?: string
  /** Layers that stay with each member; none if left out. */
  personal?: readonly string[]
}

/** The document and what of the task specification follows from the model. */
export interface DefaultTask extends Pick<TaskSpec, 'tensors' | 'minNormSq' | 'maxNormSq'> {
  document: TaskDocument
  /** int32[D], the model that the document's `genesis` is the hash of. */
  genesis: Int32Array
}

interface Defaults {
  local: TaskDocument['local']
  updateExponent: number
}

/**
 * Tuned on MNIST with Dirichlet α = 0.5 over 8 members, 6 of them averaged, 10 rounds: test accuracy .966–.969 (mlp) and .975–.977 (cnn), int8 and
 * float updates within .001 of each other. All tensors share one exponent, so that inner products of updates weigh every
 * parameter alike. The cnn costs ten times as much a sample, hence the bound on samples.
 */
const DEFAULTS: Record<string, Defaults> = {
  mlp: {
    local: { epochs: 1, batchSize: 32, learningRate: 0.05, learningRateDecay: 1, momentum: 0.9, samples: 0 },
    updateExponent: -9,
  },
  cnn: {
    local: { epochs: 1, batchSize: 32, learningRate: 0.05, learningRateDecay: 1, momentum: 0.9, samples: 2000 },
    updateExponent: -8,
  },
  // One small step a round under the member's own momentum: the protocol of Allouah et al. 2023 and ByzFL.
  'cnn-wide': {
    local: {
      epochs: 1,
      batchSize: 25,
      learningRate: 0.1,
      learningRateDecay: 1,
      momentum: 0,
      samples: 25,
      memberMomentum: 0.9,
      weightDecay: 1e-4,
    },
    updateExponent: -13,
  },
}

/** Weights up to ±16 stay below 2^24, so that float32 holds them exactly. */
const MODEL_EXPONENT = -20

/**
 * Root mean square of an admissible update's values. Honest norms were between 1.8 (round 10) and 45 (round 1). The
 * bounds leave room for longer runs, and refuse updates that are almost zero or saturated everywhere. Norms in between
 * are the rule's business.
 */
const SMALLEST_RMS = 0.25
const LARGEST_RMS = 96

/**
 * The task a newcomer starts from.
 *
 * @throws CONFIG_INVALID for an unknown model or layer
 * @example const { document, tensors, minNormSq, maxNormSq } = defaultTask({ model: 'mlp', seed: 1, partition: 'dirichlet:0.5' })
 */
export function defaultTask(options: DefaultTaskOptions = {}): DefaultTask {
  const { model = 'mlp', seed = 1, partition, name = `mnist-${model}`, personal: names = [] } = options
  const definition = modelByName(model)
  const { local, updateExponent } = DEFAULTS[definition.name]!
  const exponents = { updateExponent, modelExponent: MODEL_EXPONENT }
  const all = definition.tensors.map((tensor) => ({ name: tensor.name, shape: [...tensor.shape] }))
  const whole = genesisModel(
    definition,
    all.map(() => exponents),
    seed,
  )
  const { tensors: shapes, genesis, personal } = cutModel(all, whole, MODEL_EXPONENT, choosePersonal(all, names).places)
  const layout = tensorLayout(shapes)
  const tensors = layout.tensors.map(({ length }) => ({ length, ...exponents, ...serverStep(exponents) }))
  return {
    document: {
      name,
      model,
      dataset: 'mnist',
      tensors: shapes,
      genesis: fileHash(modelBytes(genesis)),
      ...(personal && { personal }),
      local: { ...local },
      seed,
      ...(partition !== undefined && { partition }),
    },
    tensors,
    genesis,
    ...normBounds(layout.parameters),
  }
}

/** Bounds on the squared norm of an update, in units of int8, for a model of so many parameters. */
export function normBounds(parameters: number): Pick<TaskSpec, 'minNormSq' | 'maxNormSq'> {
  return {
    minNormSq: BigInt(Math.ceil(parameters * SMALLEST_RMS ** 2)),
    maxNormSq: BigInt(parameters * LARGEST_RMS ** 2),
  }
}

/** Bits of a server learning rate that count. */
const RATE_BITS = 12

/**
 * η and s of a step that moves the model by `rate` times the weighted mean of the updates: (S / 2^16) · 2^e in units of 2^E is
 * S · 2^(e − E − 16), docs/protocol.md §6. The rate is the server learning rate of FedOpt (Reddi et al., 2021) with SGD as the server's
 * optimiser; at 1 the step is exact, another rate is rounded to 12 bits.
 *
 * @throws SPEC_INVALID if the exponents leave no room for the step
 * @example serverStep({ updateExponent: -9, modelExponent: -20 }) // { eta: 1, shift: 5 }
 * serverStep({ updateExponent: -9, modelExponent: -20 }, 0.75) // { eta: 3, shift: 7 }
 */
export function serverStep(
  exponents: Pick<TensorSpec, 'updateExponent' | 'modelExponent'>,
  rate = 1,
): { eta: number; shift: number } {
  let shift = 16 + exponents.modelExponent - exponents.updateExponent + RATE_BITS - Math.ceil(Math.log2(rate))
  let eta = Math.round(rate * 2 ** (RATE_BITS - Math.ceil(Math.log2(rate))))
  // The smallest η of the same step.
  for (; eta % 2 === 0 && shift > 0; shift--) eta /= 2
  if (shift < 0) [eta, shift] = [eta * 2 ** -shift, 0]
  if (shift <= 62 && eta < 2 ** 24) return { eta, shift }
  throw new QuorateError(
    'SPEC_INVALID',
    `updates in units of 2^${exponents.updateExponent} cannot change a model in units of 2^${exponents.modelExponent}` +
      (rate === 1 ? '' : ` at a server learning rate of ${rate}`),
    { details: { ...exponents, rate } },
  )
}
