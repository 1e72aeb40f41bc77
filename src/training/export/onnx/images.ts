import { unsupportedLayer } from '../export-error.ts'
import type { GraphStep } from '../layers-graph.ts'
import { transpose } from '../tensor-values.ts'
import { activate } from './activations.ts'
import type { Attributes } from './graph-writer.ts'
import { requireChannelsLast } from './step-writer.ts'
import type { LayerWriter, StepWriter } from './step-writer.ts'

/** Puts channels before the other axes, as ONNX has them, for one operator, and back again. */
function withChannelsFirst({ graph, step, inputs }: StepWriter, work: (x: string) => string): string {
  requireChannelsLast(step)
  const axes = step.inputs[0]!.shape.length
  const [first, back] = [
    [0, axes, ...Array.from({ length: axes - 1 }, (_, axis) => axis + 1)],
    [0, ...Array.from({ length: axes - 1 }, (_, axis) => axis + 2), 1],
  ]
  const x = graph.add(step.layer, 'Transpose', [inputs[0]!], { perm: first })
  return graph.add(step.layer, 'Transpose', [work(x)], { perm: back })
}

/**
 * Windows that slide over the axes before the channels. Paddings of "same" are as TensorFlow has them: as many windows as ⌈size / stride⌉, and the odd one
 * at the end.
 */
function windows({ layer, config, inputs }: GraphStep, size: readonly number[]): Attributes {
  const sizes = inputs[0]!.shape.slice(0, -1)
  const list = (value: unknown, fallback: number): number[] => {
    const given = [value ?? fallback].flat() as number[]
    return sizes.map((_, axis) => given[axis] ?? given[0]!)
  }
  const strides = list(config['strides'], 1)
  const dilations = list(config['dilationRate'], 1)
  const padding = config['padding'] as string
  const around = sizes.map((length, axis) => {
    const reach = (size[axis]! - 1) * dilations[axis]! + 1
    if (padding === 'valid') return [0, 0]
    if (padding === 'causal') return [reach - 1, 0]
    if (padding !== 'same') throw unsupportedLayer('onnx', layer, `its padding ${padding} is not known`)
    const total = Math.max(0, (Math.ceil(length / strides[axis]!) - 1) * strides[axis]! + reach - length)
    return [Math.floor(total / 2), Math.ceil(total / 2)]
  })
  const pads = [...around.map(([begin]) => begin!), ...around.map(([, end]) => end!)]
  return { kernel_shape: [...size], strides, pads, ...(dilations.some((rate) => rate > 1) && { dilations }) }
}

/** Kernel [windows…, in, out] → [out, in, windows…]. */
function channelsFirst(axes: number): number[] {
  return [axes - 1, axes - 2, ...Array.from({ length: axes - 2 }, (_, axis) => axis)]
}

function finish({ graph, step, tensor }: StepWriter, x: string): string {
  const bias = tensor('bias')
  const shifted = bias ? graph.add(step.layer, 'Add', [x, graph.tensor(bias)]) : x
  return activate(graph, step.layer, step.config['activation'], shifted)
}

export const convolution: LayerWriter = (at) => {
  const { graph, step, tensor } = at
  const kernel = tensor('kernel')!
  const moved = transpose(kernel, channelsFirst(kernel.shape.length))
  const result = withChannelsFirst(at, (x) =>
    graph.add(step.layer, 'Conv', [x, graph.tensor(moved)], windows(step, kernel.shape.slice(0, -2))),
  )
  return finish(at, result)
}

/** The filters of a depthwise convolution, one group for each channel: [height, width, in, times] → [in · times, 1, height, width]. */
function depthwiseStep(at: StepWriter, part: string): string {
  const { graph, step, tensor } = at
  const kernel = tensor(part)!
  const [height, width, channels, times] = kernel.shape as [number, number, number, number]
  const moved = { ...transpose(kernel, [2, 3, 0, 1]), shape: [channels * times, 1, height, width] }
  return withChannelsFirst(at, (x) =>
    graph.add(step.layer, 'Conv', [x, graph.tensor(moved)], { ...windows(step, [height, width]), group: channels }),
  )
}

export const depthwise: LayerWriter = (at) => finish(at, depthwiseStep(at, 'depthwise_kernel'))

export const separable: LayerWriter = (at) => {
  const { graph, step, tensor } = at
  const { name, shape, values } = tensor('pointwise_kernel')!
  // A window of one pixel is a product with the channels.
  const pointwise = graph.tensor({ name, shape: shape.slice(2), values })
  return finish(at, graph.add(step.layer, 'MatMul', [depthwiseStep(at, 'depthwise_kernel'), pointwise]))
}

export const pooling =
  (operator: 'MaxPool' | 'AveragePool'): LayerWriter =>
  (at) => {
    const { graph, step } = at
    const size = [step.config['poolSize']].flat() as number[]
    return withChannelsFirst(at, (x) => graph.add(step.layer, operator, [x], windows(step, size)))
  }
