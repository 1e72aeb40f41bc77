import { lossGradient, parametersOf } from './gradient.ts'
import type { Trace } from './gradient.ts'
import type { Layer, Values } from './layer.ts'

/** Derivatives of ⟨direction, gradient⟩. */
export interface Pulled {
  /** By the pixels, one array for each image. */
  images: Values[]
  /** By the parameters: the Hessian times the direction. Undefined where nobody asked for it. */
  parameters: Values | undefined
}

export interface PullInput {
  layers: readonly Layer[]
  parameters: Values
  labels: ArrayLike<number>
  /** What `gradientOf` returned for the images. */
  traces: readonly Trace[]
  direction: Values
  /** Also by the parameters. */
  hessian?: boolean
}

/**
 * How ⟨direction, gradient of the mean cross-entropy⟩ changes with the pixels, and with the parameters: exact, by one more forward and backward pass along the
 * direction (Pearlmutter 1994). It is what back-propagation through `gradientOf` would give.
 *
 * @example const { images } = pullGradient({ layers, parameters, labels, traces, direction }) // moves the pixels so that the gradient moves along the direction
 */
export function pullGradient({ layers, parameters, labels, traces, direction, hessian = false }: PullInput): Pulled {
  const own = parametersOf(layers, parameters)
  const dots = parametersOf(layers, direction)
  const second = hessian ? new Float64Array(parameters.length) : undefined
  const secondOf = second && parametersOf(layers, second)
  const batch = traces.length
  const pulled = traces.map(({ values, shares }, i) => {
    const valueDots: (Values | undefined)[] = [undefined]
    for (const [index, layer] of layers.entries())
      valueDots.push(layer.forwardDot(own[index]!, dots[index]!, values[index]!, valueDots[index]))
    let grad = lossGradient(shares, labels[i]!, batch)
    let gradDot = lossGradientDot(shares, valueDots.at(-1)!, batch)
    for (let index = layers.length - 1; index >= 0; index--) {
      const layer = layers[index]!
      const input = values[index]!
      const nextDot = layer.backwardDot({
        parameters: own[index]!,
        parametersDot: dots[index]!,
        input,
        inputDot: valueDots[index],
        outputGrad: grad,
        outputGradDot: gradDot,
        gradientDot: secondOf?.[index],
      })
      // The gradient by the pixels themselves is of no use to anybody here.
      if (index > 0) grad = layer.backward(own[index]!, input, grad, undefined)
      gradDot = nextDot
    }
    return gradDot
  })
  return { images: pulled, parameters: second }
}

/** Change of the gradient by the logits: the derivative of a softmax along the change of the logits. */
function lossGradientDot(shares: Values, logitsDot: Values, batch: number): Values {
  let mean = 0
  for (let k = 0; k < shares.length; k++) mean += shares[k]! * logitsDot[k]!
  return shares.map((share, k) => (share * (logitsDot[k]! - mean)) / batch)
}
