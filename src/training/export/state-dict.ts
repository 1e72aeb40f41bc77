import { unsupportedLayer } from './export-error.ts'
import { layersGraph, topologyOf } from './layers-graph.ts'
import type { GraphStep, GraphValue } from './layers-graph.ts'
import type { ExportedTensor, ModelToExport } from './model-to-export.ts'
import { tensorOf, tensorsOf, transpose } from './tensor-values.ts'

const FORMAT = 'state_dict'

/** Axes of a value before it was flattened; PyTorch flattens the channels first. */
type Flattened = readonly number[] | undefined

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
}

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
  const flattened = new Map<GraphValue, Flattened>()
  const made: ExportedTensor[] = []
  for (const step of steps) {
    const before = step.inputs.map((input) => flattened.get(input)).find((shape) => shape)
    for (const [part, described] of step.tensors) {
      const rename = TENSORS[step.kind]?.[part]
      if (!rename) throw unsupportedLayer(FORMAT, step.layer, `the weights of a ${step.kind} mean something else in PyTorch`)
      made.push(renamed(step, rename, sorted(step, part, tensorOf(tensors, described), before)))
    }
    flattened.set(step.output, after(step, before))
  }
  return made
}

/** Whether the values that a layer hands on are flattened ones, and from what. */
function after({ kind, layer, inputs }: GraphStep, before: Flattened): Flattened {
  if (kind === 'Flatten') return inputs[0]!.shape.length > 1 ? inputs[0]!.shape : before
  if (before === undefined || kind === 'Dense') return undefined
  if (BY_VALUE.has(kind) || kind.endsWith('Normalization')) return before
  throw unsupportedLayer(FORMAT, layer, 'it takes flattened values in the order of tfjs; put a dense layer before it')
}

function renamed({ layer, kind }: GraphStep, { name, order }: Rename, tensor: ExportedTensor): ExportedTensor {
  const moved = order ? transpose(tensor, order) : tensor
  // One group for each channel: [in, times, height, width] → [in · times, 1, height, width].
  const apart = name.endsWith('weight') && kind !== 'Conv2D' && order?.length === 4 && order[0] === 2
  const [channels, times, ...window] = moved.shape as [number, number, ...number[]]
  return { ...moved, name: `${layer}.${name}`, shape: apart ? [channels * times, 1, ...window] : moved.shape }
}

/** Sorts what stands for flattened values, [height, width, channels], as PyTorch does. */
function sorted(step: GraphStep, part: string, tensor: ExportedTensor, before: Flattened): ExportedTensor {
  const takes = step.kind === 'Dense' ? part === 'kernel' : step.kind.endsWith('Normalization')
  if (!before || !takes) return tensor
  const rest = tensor.shape.slice(1)
  const axes = before.length
  const order = [axes - 1, ...before.slice(0, -1).map((_, axis) => axis), ...rest.map((_, axis) => axes + axis)]
  return { ...tensor, values: transpose({ ...tensor, shape: [...before, ...rest] }, order).values }
}
