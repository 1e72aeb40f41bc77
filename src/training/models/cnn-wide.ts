import { add, conv2d, matMul, maxPool, relu, reshape } from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { ModelDefinition } from './model-definition.ts'

/**
 * Two 5×5 convolutions (20 and 50 filters), each with ReLU and 2×2 max pooling, then 500 hidden units: 431,080 parameters, 53 segments. The network of
 * the MNIST experiments of Allouah et al. 2023 and of ByzFL, for comparisons with them.
 */
export const cnnWide: ModelDefinition = {
  name: 'cnn-wide',
  inputShape: [28, 28, 1],
  classes: 10,
  tensors: [
    { name: 'conv1/kernel', shape: [5, 5, 1, 20], fanIn: 25 },
    { name: 'conv1/bias', shape: [20], fanIn: 0 },
    { name: 'conv2/kernel', shape: [5, 5, 20, 50], fanIn: 500 },
    { name: 'conv2/bias', shape: [50], fanIn: 0 },
    { name: 'hidden/kernel', shape: [800, 500], fanIn: 800 },
    { name: 'hidden/bias', shape: [500], fanIn: 0 },
    { name: 'output/kernel', shape: [500, 10], fanIn: 500 },
    { name: 'output/bias', shape: [10], fanIn: 0 },
  ],
  forward([kernel1, bias1, kernel2, bias2, hiddenKernel, hiddenBias, outputKernel, outputBias], samples) {
    const images: Tensor4D = reshape(samples, [-1, 28, 28, 1])
    const features = block(block(images, kernel1!, bias1!), kernel2!, bias2!)
    const hidden = relu(add(matMul(reshape(features, [-1, 800]), hiddenKernel!), hiddenBias!))
    return add(matMul(hidden, outputKernel!), outputBias!)
  },
}

function block(images: Tensor4D, kernel: Tensor, bias: Tensor): Tensor4D {
  return maxPool(relu(add<Tensor4D>(conv2d(images, kernel as Tensor4D, 1, 'valid'), bias)), 2, 2, 'valid')
}
