import type { Layer, Values } from './layer.ts'

/** What makes a layer linear in its kernel and in its input. Each function adds to its last argument. */
export interface Bilinear {
  inputs: number
  outputs: number
  /** Values of the kernel. */
  kernel: number
  /** Values of the bias; every output adds the one of its place modulo this. */
  bias: number
  /** outputs += kernel · input */
  apply: (kernel: Values, input: Values, outputs: Values) => void
  /** inputs += kernelᵀ · outputs */
  pull: (kernel: Values, outputs: Values, inputs: Values) => void
  /** kernel += outputs · inputᵀ */
  outer: (outputs: Values, input: Values, kernel: Values) => void
}

/** A dense layer or a convolution. All of its derivatives are made of the three products. */
export function linearLayer({ inputs, outputs, kernel, bias, apply, pull, outer }: Bilinear): Layer {
  const kernelOf = (parameters: Values): Values => parameters.subarray(0, kernel)
  const addBias = (parameters: Values, into: Values): void => {
    for (let k = 0; k < outputs; k++) into[k]! += parameters[kernel + (k % bias)]!
  }
  const sumBias = (grad: Values, into: Values): void => {
    for (let k = 0; k < outputs; k++) into[kernel + (k % bias)]! += grad[k]!
  }
  return {
    inputs,
    outputs,
    parameters: kernel + bias,
    forward(parameters, input) {
      const result = new Float64Array(outputs)
      apply(kernelOf(parameters), input, result)
      addBias(parameters, result)
      return result
    },
    forwardDot(parameters, parametersDot, input, inputDot) {
      const result = new Float64Array(outputs)
      apply(kernelOf(parametersDot), input, result)
      if (inputDot) apply(kernelOf(parameters), inputDot, result)
      addBias(parametersDot, result)
      return result
    },
    backward(parameters, input, outputGrad, gradient) {
      if (gradient) {
        outer(outputGrad, input, kernelOf(gradient))
        sumBias(outputGrad, gradient)
      }
      const result = new Float64Array(inputs)
      pull(kernelOf(parameters), outputGrad, result)
      return result
    },
    backwardDot({ parameters, parametersDot, input, inputDot, outputGrad, outputGradDot, gradientDot }) {
      if (gradientDot) {
        outer(outputGradDot, input, kernelOf(gradientDot))
        if (inputDot) outer(outputGrad, inputDot, kernelOf(gradientDot))
        sumBias(outputGradDot, gradientDot)
      }
      const result = new Float64Array(inputs)
      pull(kernelOf(parametersDot), outputGrad, result)
      pull(kernelOf(parameters), outputGradDot, result)
      return result
    },
  }
}
