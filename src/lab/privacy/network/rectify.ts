import type { Layer, Values } from './layer.ts'

/** max(0, x) of every value. */
export function rectify(size: number): Layer {
  const where = (input: Values, values: Values): Values => values.map((value, k) => (input[k]! > 0 ? value : 0))
  return {
    inputs: size,
    outputs: size,
    parameters: 0,
    forward: (_, input) => where(input, input),
    forwardDot: (_, __, input, inputDot) => (inputDot ? where(input, inputDot) : new Float64Array(size)),
    backward: (_, input, outputGrad) => where(input, outputGrad),
    // The slope is a step: between two of them nothing bends.
    backwardDot: ({ input, outputGradDot }) => where(input, outputGradDot),
  }
}
