import type { Values } from '../network/index.ts'

/** The gradient of a first dense layer, in any scale. */
export interface DenseGradient {
  /** [inputs, outputs] */
  kernel: Values
  /** [outputs] */
  bias: Values
}

/**
 * Reads inputs off the gradient of a first dense layer without any search (Phong et al. 2018, "Privacy-Preserving Deep Learning via Additively Homomorphic Encryption";
 * Geiping et al. 2020, Proposition 3.1). The gradient of the kernel is input × gradient of the bias, so that their quotient is the input itself for a batch of one. With more images
 * each output that a single image activates gives that image, and others give mixtures.
 *
 * @returns one candidate for each output with a gradient, pixels within 0…1, and last the one that all outputs agree on best (least squares), which evens out rounding
 * @example recoverFromDense({ kernel, bias }).at(-1) // the image of a batch of one
 */
export function recoverFromDense({ kernel, bias }: DenseGradient): Values[] {
  const outputs = bias.length
  const inputs = kernel.length / outputs
  const within = (value: number): number => Math.min(1, Math.max(0, value))
  const single = [...bias.keys()]
    .filter((output) => bias[output] !== 0)
    .map((output) => Float64Array.from({ length: inputs }, (_, i) => within(kernel[i * outputs + output]! / bias[output]!)))
  const square = bias.reduce((sum, value) => sum + value ** 2, 0)
  if (square === 0) return []
  const all = Float64Array.from({ length: inputs }, (_, i) => {
    let sum = 0
    for (let output = 0; output < outputs; output++) sum += kernel[i * outputs + output]! * bias[output]!
    return within(sum / square)
  })
  return [...single, all]
}
