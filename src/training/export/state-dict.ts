import { unsupportedLayer } from './export-error.ts'
import { layersGraph, topologyOf } from './layers-graph.ts'
import type { GraphStep, GraphValue } from './layers-graph.ts'
import type { ExportedTensor, ModelToExport } from './model-to-export.ts'
import { requireTorchRecurrence } from './recurrent-layers.ts'
import { tensorOf, tensorsOf, transpose } from './tensor-values.ts'

const FORMAT = 'state_dict'

/** How a value lies in PyTorch. */
interface Arrangement {
  /** Features, or channels, are the last axis as in tfjs; PyTorch has those of images and convolutions first. */
  featuresLast?: boolean
  /** Axes before the value was flattened, if PyTorch flattens it in another order. */
  flattened?: readonly number[]
}

interface Rename {
  /** Name in PyTorch. */
  name: string
  /** Which axis of the tensor each axis in PyTorch is; as it is if left out. */
  order?: readonly number[]
}

/** Kernel [windows…, in, out] → [out, in, windows…]. */
const CONVOLUTIONS: Record<string, readonly number[]> = { Conv1D: [2, 1, 0], Conv2D: [3, 2, 0, 1] }

/** Tensors of each class by the last part of their names. */
const TENSORS: Record<string, Record<string, Rename>> = {
  Dense: { kernel: { name: 'weight', order: [1, 0] }, bias: { name: 'bias' } },
  Conv1D: { kernel: { name: 'weight', order: CONVOLUTIONS['Conv1D']! }, bias: { name: 'bias' } },
  Conv2D: { kernel: { name: 'weight', order: CONVOLUTIONS['Conv2D']! }, bias: { name: 'bias' } },
  DepthwiseConv2D: { depthwise_kernel: { name: 'weight', order: [2, 3, 0, 1] }, bias: { name: 'bias' } },
  SeparableConv2D: {
    depthwise_kernel: { name: 'depthwise.weight', order: [2, 3, 0, 1] },
    pointwise_kernel: { name: 'pointwise.weight', order: CONVOLUTIONS['Conv2D']! },
    bias: { name: 'pointwise.bias' },
  },
  BatchNormalization: {
    gamma: { name: 'weight' },
    beta: { name: 'bias' },
    moving_mean: { name: 'running_mean' },
    moving_variance: { name: 'running_var' },
  },
  LayerNormalization: { gamma: { name: 'weight' }, beta: { name: 'bias' } },
  Embedding: { embeddings: { name: 'weight' } },
  LSTM: {
    kernel: { name: 'weight_ih_l0', order: [1, 0] },
    recurrent_kernel: { name: 'weight_hh_l0', order: [1, 0] },
    bias: { name: 'bias_ih_l0' },
  },
}

/** Layers with the features in the last axis in PyTorch, too. */
const FEATURES_LAST = new Set(['Dense', 'Embedding', 'LSTM'])
const RECURRENT = new Set(['LSTM', 'GRU'])

/** Layers that join values of the same arrangement. */
const JOINS = new Set(['Add', 'Average', 'Concatenate', 'Maximum', 'Minimum', 'Multiply'])

/** Layers that take each value by itself, whatever the order of the values. */
const BY_VALUE = new Set([
  'Dropout',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'ELU',
  'ThresholdedReLU',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
])

/**
 * The tensors of a model as a PyTorch module with the same layers has them: names such as `conv1.weight`, kernels of convolutions [out, in, height, width],
 * of dense layers [out, in]. What follows a Flatten is sorted as PyTorch flattens: channels before height and width. Tensors of a task that lists
 * tensors only keep their names and axes, because PyTorch made them.
 *
 * @throws QuorateError EXPORT_UNSUPPORTED naming a layer whose weights mean something else in PyTorch; MODEL_MISMATCH
 */
export async function stateDict(model: ModelToExport): Promise<ExportedTensor[]> {
  const { document } = model
  const tensors = tensorsOf(model)
  if (typeof document.model !== 'string' && document.model.kind === 'tensors') return [...tensors.values()]
  const { steps } = await layersGraph(topologyOf(document, FORMAT), model.layout.parameters, FORMAT)
  const arranged = new Map<GraphValue, Arrangement>()
  const made: ExportedTensor[] = []
  for (const step of steps) {
    if (RECURRENT.has(step.kind)) requireTorchRecurrence(step, FORMAT)
    const before = joined(step.inputs.map((input) => arranged.get(input) ?? {}))
    for (const [part, described] of step.tensors) {
      const rename = TENSORS[step.kind]?.[part]
      if (!rename) throw unsupportedLayer(FORMAT, step.layer, `the weights of a ${step.kind} mean something else in PyTorch`)
      made.push(renamed(step, rename, sorted(step, part, tensorOf(tensors, described), before)))
    }
    const bias = made.at(-1)
    // PyTorch adds a second bias to the product with the state.
    if (step.kind === 'LSTM' && bias?.name.endsWith('bias_ih_l0'))
      made.push({ name: `${step.layer}.bias_hh_l0`, shape: bias.shape, values: new Float32Array(bias.values.length) })
    arranged.set(step.output, after(step, before))
  }
  return made
}

/** How the inputs of a layer lie, taken together. */
function joined(inputs: readonly Arrangement[]): Arrangement {
  const flattened = inputs.find((input) => input.flattened)?.flattened
  return { featuresLast: inputs.every(({ featuresLast }) => featuresLast), ...(flattened && { flattened }) }
}

/** How a layer hands its values on. */
function after({ kind, layer, inputs }: GraphStep, before: Arrangement): Arrangement {
  if (FEATURES_LAST.has(kind)) return { featuresLast: true }
  if (kind === 'Flatten') {
    const { shape } = inputs[0]!
    return before.featuresLast || shape.length === 1 ? before : { flattened: shape }
  }
  if (BY_VALUE.has(kind) || kind.endsWith('Normalization')) return before
  if (before.flattened)
    throw unsupportedLayer(FORMAT, layer, 'it takes flattened values in the order of tfjs; put a dense layer before it')
  return { featuresLast: JOINS.has(kind) && before.featuresLast }
}

function renamed({ layer, kind }: GraphStep, { name, order }: Rename, tensor: ExportedTensor): ExportedTensor {
  const moved = order ? transpose(tensor, order) : tensor
  // One group for each channel: [in, times, height, width] → [in · times, 1, height, width].
  const apart = name.endsWith('weight') && kind !== 'Conv2D' && order?.length === 4 && order[0] === 2
  const [channels, times, ...window] = moved.shape as [number, number, ...number[]]
  return { ...moved, name: `${layer}.${name}`, shape: apart ? [channels * times, 1, ...window] : moved.shape }
}

/** Sorts what stands for flattened values, [height, width, channels], as PyTorch does. */
function sorted(step: GraphStep, part: string, tensor: ExportedTensor, { flattened }: Arrangement): ExportedTensor {
  const takes = step.kind === 'Dense' ? part === 'kernel' : step.kind.endsWith('Normalization')
  if (!flattened || !takes) return tensor
  const rest = tensor.shape.slice(1)
  const axes = flattened.length
  const order = [axes - 1, ...flattened.slice(0, -1).map((_, axis) => axis), ...rest.map((_, axis) => axes + axis)]
  return { ...tensor, values: transpose({ ...tensor, shape: [...flattened, ...rest] }, order).values }
}
