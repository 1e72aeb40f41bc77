import type { Layer, Values } from './layer.ts'

/** Images as somebody trains on them. */
export interface LabelledImages {
  /** One array of pixels for each image, 0…1. */
  images: readonly Values[]
  /** One class for each image. */
  labels: ArrayLike<number>
}

/** What one sample left in each layer. */
export interface Trace {
  /** Into each layer, then the logits. */
  values: Values[]
  /** Softmax of the logits. */
  shares: Values
}

/** One sample through all layers. @param parameters of all layers, side by side */
export function traceOf(layers: readonly Layer[], parameters: Values, image: Values): Trace {
  const values = [image]
  for (const [index, own] of parametersOf(layers, parameters).entries()) values.push(layers[index]!.forward(own, values[index]!))
  return { values, shares: softmax(values.at(-1)!) }
}

/** Views of the parameters of each layer. */
export function parametersOf(layers: readonly Layer[], parameters: Values): Values[] {
  let from = 0
  return layers.map((layer) => parameters.subarray(from, (from += layer.parameters)))
}

/** A gradient, and what each image left on its way to it. */
export interface TracedGradient {
  gradient: Values
  traces: Trace[]
}

/**
 * The gradient of the mean cross-entropy by all parameters, as one step of training sees it.
 *
 * @example gradientOf(layersOf('mlp'), parameters, { images: [image], labels: [7] }).gradient
 */
export function gradientOf(layers: readonly Layer[], parameters: Values, { images, labels }: LabelledImages): TracedGradient {
  const gradient = new Float64Array(parameters.length)
  const own = parametersOf(layers, parameters)
  const grads = parametersOf(layers, gradient)
  const traces = images.map((image, i) => {
    const trace = traceOf(layers, parameters, image)
    let grad = lossGradient(trace.shares, labels[i]!, images.length)
    for (let index = layers.length - 1; index >= 0; index--)
      grad = layers[index]!.backward(own[index]!, trace.values[index]!, grad, grads[index])
    return trace
  })
  return { gradient, traces }
}

/** Gradient of one sample's part of the mean cross-entropy by the logits. */
export function lossGradient(shares: Values, label: number, batch: number): Values {
  return shares.map((share, k) => (share - (k === label ? 1 : 0)) / batch)
}

function softmax(logits: Values): Values {
  const most = logits.reduce((a, b) => Math.max(a, b))
  const exponentials = logits.map((value) => Math.exp(value - most))
  const sum = exponentials.reduce((a, b) => a + b)
  return exponentials.map((value) => value / sum)
}
