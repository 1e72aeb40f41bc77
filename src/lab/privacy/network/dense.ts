import type { Layer } from './layer.ts'
import { linearLayer } from './linear-layer.ts'

/** A dense layer; its kernel is [inputs, outputs] as in tfjs. */
export function dense(inputs: number, outputs: number): Layer {
  return linearLayer({
    inputs,
    outputs,
    kernel: inputs * outputs,
    bias: outputs,
    apply(kernel, input, into) {
      for (let i = 0; i < inputs; i++) {
        const value = input[i]!
        if (value === 0) continue
        for (let o = 0, at = i * outputs; o < outputs; o++, at++) into[o]! += value * kernel[at]!
      }
    },
    pull(kernel, grads, into) {
      for (let i = 0; i < inputs; i++) {
        let sum = 0
        for (let o = 0, at = i * outputs; o < outputs; o++, at++) sum += kernel[at]! * grads[o]!
        into[i]! += sum
      }
    },
    outer(grads, input, into) {
      for (let i = 0; i < inputs; i++) {
        const value = input[i]!
        if (value === 0) continue
        for (let o = 0, at = i * outputs; o < outputs; o++, at++) into[at]! += value * grads[o]!
      }
    },
  })
}
