import type { Layer, Values } from './layer.ts'
import { linearLayer } from './linear-layer.ts'

export interface ConvolutionShape {
  /** Side of the square input. */
  side: number
  /** Side of the square kernel. */
  kernel: number
  channels: number
  filters: number
}

/**
 * A convolution of stride 1 without padding; pixels are [row, column, channel], the kernel is [row, column, channel, filter], as in tfjs. Within, each filter lies in one
 * piece, and outputs without a gradient are passed over: behind a pooling they are most.
 */
export function convolution({ side, kernel, channels, filters }: ConvolutionShape): Layer {
  const outSide = side - kernel + 1
  const perRow = kernel * channels
  const perFilter = kernel * perRow

  const byFilter = (weights: Values): Values => {
    const result = new Float64Array(weights.length)
    for (let k = 0; k < perFilter; k++) for (let f = 0; f < filters; f++) result[f * perFilter + k] = weights[k * filters + f]!
    return result
  }
  /** Place of the first input under the first row of the kernel, for an output pixel. */
  const corner = (pixel: number): number => (Math.floor(pixel / outSide) * side + (pixel % outSide)) * channels

  const apply = (weights: Values, input: Values, into: Values): void => {
    const turned = byFilter(weights)
    for (let pixel = 0; pixel < outSide ** 2; pixel++) {
      const from = corner(pixel)
      for (let f = 0; f < filters; f++) {
        let sum = 0
        for (let row = 0; row < kernel; row++) {
          const at = f * perFilter + row * perRow
          const first = from + row * side * channels
          for (let i = 0; i < perRow; i++) sum += input[first + i]! * turned[at + i]!
        }
        into[pixel * filters + f]! += sum
      }
    }
  }
  const pull = (weights: Values, grads: Values, into: Values): void => {
    const turned = byFilter(weights)
    for (let pixel = 0; pixel < outSide ** 2; pixel++) {
      const from = corner(pixel)
      for (let f = 0; f < filters; f++) {
        const grad = grads[pixel * filters + f]!
        if (grad === 0) continue
        for (let row = 0; row < kernel; row++) {
          const at = f * perFilter + row * perRow
          const first = from + row * side * channels
          for (let i = 0; i < perRow; i++) into[first + i]! += grad * turned[at + i]!
        }
      }
    }
  }
  const outer = (grads: Values, input: Values, into: Values): void => {
    const turned = new Float64Array(into.length)
    for (let pixel = 0; pixel < outSide ** 2; pixel++) {
      const from = corner(pixel)
      for (let f = 0; f < filters; f++) {
        const grad = grads[pixel * filters + f]!
        if (grad === 0) continue
        for (let row = 0; row < kernel; row++) {
          const at = f * perFilter + row * perRow
          const first = from + row * side * channels
          for (let i = 0; i < perRow; i++) turned[at + i]! += grad * input[first + i]!
        }
      }
    }
    for (let k = 0; k < perFilter; k++) for (let f = 0; f < filters; f++) into[k * filters + f]! += turned[f * perFilter + k]!
  }
  return linearLayer({
    inputs: side * side * channels,
    outputs: outSide * outSide * filters,
    kernel: perFilter * filters,
    bias: filters,
    apply,
    pull,
    outer,
  })
}
