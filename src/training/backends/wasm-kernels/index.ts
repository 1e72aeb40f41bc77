import * as tf from '@tensorflow/tfjs-core'
import { conv2dBackpropFilter } from './filter-gradient.ts'
import { conv2dBackpropInput } from './input-gradient.ts'
import { transposingMatMul } from './mat-mul.ts'
import { onCpu } from './on-cpu.ts'
import { maxPoolGradient } from './pool-gradient.ts'
import { unsortedSegmentSum } from './segment-sum.ts'

/** What depthwise convolutions need for training. */
const ON_CPU = ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', 'Einsum']

/**
 * Adds operations that the wasm back end lacks for training: matrix products of transposed operands, the input gradient
 * of a convolution and the gradient of a pool at full speed, the filter gradient, that of an embedding, and those of depthwise
 * convolutions from the plain back end. Does nothing the second time.
 * Needs the wasm back end to be ready.
 */
export function registerWasmKernels(): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return
  const product = tf.getKernel('BatchMatMul', 'wasm')
  tf.unregisterKernel('BatchMatMul', 'wasm')
  tf.registerKernel(transposingMatMul(product))
  tf.registerKernel(conv2dBackpropFilter())
  const inputGradient = tf.getKernel('Conv2DBackpropInput', 'wasm')
  tf.unregisterKernel('Conv2DBackpropInput', 'wasm')
  tf.registerKernel(conv2dBackpropInput(inputGradient))
  tf.unregisterKernel('MaxPoolGrad', 'wasm')
  tf.registerKernel(maxPoolGradient())
  tf.registerKernel(unsortedSegmentSum())
  for (const name of ON_CPU) tf.registerKernel(onCpu(name))
}
