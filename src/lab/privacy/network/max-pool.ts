import type { Layer, Values } from './layer.ts'

/** The largest of each 2×2 pixels. It is linear as long as the same pixels are the largest. */
export function maxPool(side: number, channels: number): Layer {
  const outSide = Math.floor(side / 2)
  const outputs = outSide * outSide * channels

  /** Where each output comes from. */
  const largest = (input: Values): Uint32Array => {
    const places = new Uint32Array(outputs)
    for (let y = 0, out = 0; y < outSide; y++) {
      for (let x = 0; x < outSide; x++) {
        for (let channel = 0; channel < channels; channel++, out++) {
          let best = (2 * y * side + 2 * x) * channels + channel
          const corner = best
          if (input[corner + channels]! > input[best]!) best = corner + channels
          if (input[corner + side * channels]! > input[best]!) best = corner + side * channels
          if (input[corner + (side + 1) * channels]! > input[best]!) best = corner + (side + 1) * channels
          places[out] = best
        }
      }
    }
    return places
  }
  const choose = (places: Uint32Array, values: Values): Values => {
    const result = new Float64Array(outputs)
    for (let k = 0; k < outputs; k++) result[k] = values[places[k]!]!
    return result
  }
  const spread = (places: Uint32Array, grads: Values): Values => {
    const result = new Float64Array(side * side * channels)
    for (let k = 0; k < outputs; k++) result[places[k]!] = grads[k]!
    return result
  }
  return {
    inputs: side * side * channels,
    outputs,
    parameters: 0,
    forward: (_, input) => choose(largest(input), input),
    forwardDot: (_, __, input, inputDot) => (inputDot ? choose(largest(input), inputDot) : new Float64Array(outputs)),
    backward: (_, input, outputGrad) => spread(largest(input), outputGrad),
    backwardDot: ({ input, outputGradDot }) => spread(largest(input), outputGradDot),
  }
}
