import { unsupportedLayer } from '../export-error.ts'
import type { GraphStep } from '../layers-graph.ts'
import { activate } from './activations.ts'
import { convolution, depthwise, pooling, separable } from './images.ts'
import type { GraphWriter } from './graph-writer.ts'
import { recurrent } from './recurrent.ts'
import { requireChannelsLast } from './step-writer.ts'
import type { LayerWriter, StepWriter } from './step-writer.ts'

const same: LayerWriter = ({ inputs }) => inputs[0]!

const activated =
  (name: string): LayerWriter =>
  ({ graph, step, inputs }) =>
    activate(graph, step.layer, name, inputs[0]!)

/** An operator over any number of inputs. */
const merged =
  (operator: string): LayerWriter =>
  ({ graph, step, inputs }) => {
    // Batches apart, the inputs have the same shape; ONNX takes any number of them.
    return operator === 'Mul'
      ? inputs.reduce((left, right) => graph.add(step.layer, operator, [left, right]))
      : graph.add(step.layer, operator, inputs)
  }

const dense: LayerWriter = ({ graph, step, inputs, tensor }) => {
  const { layer, config } = step
  let x = graph.add(layer, 'MatMul', [inputs[0]!, graph.tensor(tensor('kernel')!)])
  const bias = tensor('bias')
  if (bias) x = graph.add(layer, 'Add', [x, graph.tensor(bias)])
  return activate(graph, layer, config['activation'], x)
}

const reshaped: LayerWriter = ({ graph, step, inputs }) =>
  graph.add(step.layer, 'Reshape', [inputs[0]!, graph.whole(step.layer, [-1, ...step.output.shape])])

const relu: LayerWriter = ({ graph, step: { layer, config }, inputs }) => {
  const most = config['maxValue'] as number | null | undefined
  const x = graph.add(layer, 'Relu', [inputs[0]!])
  return most === undefined || most === null ? x : graph.add(layer, 'Min', [x, graph.number(layer, most)])
}

/** Axes of a normalisation: the last one, and no other. */
function requireLastAxis({ layer, config, output }: GraphStep): void {
  const axes = [config['axis']].flat() as number[]
  if (axes.length !== 1 || ![-1, output.shape.length].includes(axes[0]!))
    throw unsupportedLayer('onnx', layer, `it normalises over axis ${axes.join(', ')}, and only the last axis is known`)
}

const batchNormalization: LayerWriter = ({ graph, step, inputs, tensor }) => {
  requireLastAxis(step)
  const { layer, config } = step
  const variance = graph.tensor(tensor('moving_variance')!)
  const spread = graph.add(layer, 'Sqrt', [graph.add(layer, 'Add', [variance, graph.number(layer, config['epsilon'] as number)])])
  const centred = graph.add(layer, 'Sub', [inputs[0]!, graph.tensor(tensor('moving_mean')!)])
  return scaled(graph, layer, graph.add(layer, 'Div', [centred, spread]), tensor)
}

const layerNormalization: LayerWriter = ({ graph, step, inputs, tensor }) => {
  requireLastAxis(step)
  const { layer, config } = step
  const average = (x: string): string => graph.add(layer, 'ReduceMean', [x], { axes: [-1] })
  const centred = graph.add(layer, 'Sub', [inputs[0]!, average(inputs[0]!)])
  const variance = average(graph.add(layer, 'Mul', [centred, centred]))
  const spread = graph.add(layer, 'Sqrt', [graph.add(layer, 'Add', [variance, graph.number(layer, config['epsilon'] as number)])])
  return scaled(graph, layer, graph.add(layer, 'Div', [centred, spread]), tensor)
}

function scaled(graph: GraphWriter, layer: string, x: string, tensor: StepWriter['tensor']): string {
  const [gamma, beta] = [tensor('gamma'), tensor('beta')]
  const wide = gamma ? graph.add(layer, 'Mul', [x, graph.tensor(gamma)]) : x
  return beta ? graph.add(layer, 'Add', [wide, graph.tensor(beta)]) : wide
}

const embedding: LayerWriter = ({ graph, step: { layer, config }, inputs, tensor }) => {
  if (config['maskZero'] === true) throw unsupportedLayer('onnx', layer, 'it masks zeros')
  const numbers = graph.add(layer, 'Cast', [inputs[0]!], { to: 7 })
  return graph.add(layer, 'Gather', [graph.tensor(tensor('embeddings')!), numbers], { axis: 0 })
}

const globalPooling =
  (operator: 'ReduceMean' | 'ReduceMax'): LayerWriter =>
  ({ graph, step, inputs }) => {
    requireChannelsLast(step)
    const axes = step.inputs[0]!.shape.slice(0, -1).map((_, axis) => axis + 1)
    return graph.add(step.layer, operator, [inputs[0]!], { axes, keepdims: 0 })
  }

const zeroPadding: LayerWriter = ({ graph, step, inputs }) => {
  requireChannelsLast(step)
  const [[top, bottom], [left, right]] = step.config['padding'] as [[number, number], [number, number]]
  return graph.add(step.layer, 'Pad', [inputs[0]!, graph.whole(step.layer, [0, top, left, 0, 0, bottom, right, 0])])
}

const concatenation: LayerWriter = ({ graph, step, inputs }) =>
  graph.add(step.layer, 'Concat', inputs, { axis: (step.config['axis'] as number | undefined) ?? -1 })

/** Layers by class. Layers that work in training only hand their input on. */
export const LAYERS: Readonly<Record<string, LayerWriter>> = {
  Dense: dense,
  Conv1D: convolution,
  Conv2D: convolution,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  MaxPooling1D: pooling('MaxPool'),
  MaxPooling2D: pooling('MaxPool'),
  AveragePooling1D: pooling('AveragePool'),
  AveragePooling2D: pooling('AveragePool'),
  GlobalAveragePooling1D: globalPooling('ReduceMean'),
  GlobalAveragePooling2D: globalPooling('ReduceMean'),
  GlobalMaxPooling1D: globalPooling('ReduceMax'),
  GlobalMaxPooling2D: globalPooling('ReduceMax'),
  ZeroPadding2D: zeroPadding,
  Flatten: reshaped,
  Reshape: reshaped,
  Permute: ({ graph, step, inputs }) =>
    graph.add(step.layer, 'Transpose', [inputs[0]!], { perm: [0, ...(step.config['dims'] as number[])] }),
  RepeatVector: ({ graph, step: { layer, config }, inputs }) => {
    const apart = graph.add(layer, 'Unsqueeze', [inputs[0]!, graph.whole(layer, [1])])
    return graph.add(layer, 'Tile', [apart, graph.whole(layer, [1, config['n'] as number, 1])])
  },
  Embedding: embedding,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Activation: ({ graph, step, inputs }) => activate(graph, step.layer, step.config['activation'], inputs[0]!),
  ReLU: relu,
  LeakyReLU: ({ graph, step: { layer, config }, inputs }) =>
    graph.add(layer, 'LeakyRelu', [inputs[0]!], { alpha: { floats: config['alpha'] as number } }),
  ELU: activated('elu'),
  ThresholdedReLU: ({ graph, step: { layer, config }, inputs }) =>
    graph.add(layer, 'ThresholdedRelu', [inputs[0]!], { alpha: { floats: config['theta'] as number } }),
  PReLU: ({ graph, step, inputs, tensor }) => graph.add(step.layer, 'PRelu', [inputs[0]!, graph.tensor(tensor('alpha')!)]),
  Softmax: activated('softmax'),
  Add: merged('Sum'),
  Multiply: merged('Mul'),
  Average: merged('Mean'),
  Maximum: merged('Max'),
  Minimum: merged('Min'),
  Concatenate: concatenation,
  LSTM: recurrent('LSTM'),
  GRU: recurrent('GRU'),
  Dropout: same,
  SpatialDropout1D: same,
  GaussianNoise: same,
  GaussianDropout: same,
  AlphaDropout: same,
}
