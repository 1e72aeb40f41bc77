import { add, conv2d, matMul, maxPool, relu, reshape } from '@tensorflow/tfjs-core'
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { ModelDefinition } from './model-definition.ts'

/** Two 5×5 convolutions (8 and 16 filters), each with ReLU and 2×2 max pooling, and one dense layer: 5,994 parameters, one segment. */
export const cnn: ModelDefinition = {
  name: 'cnn',
  inputShape: [28, 28, 1],
  classes: 10,
  tensors: [
    { name: 'conv1/kernel', shape: [5, 5, 1, 8], fanIn: 25 },
    { name: 'conv1/bias', shape: [8], fanIn: 0 },
    { name: 'conv2/kernel', shape: [5, 5, 8, 16], fanIn: 200 },
    { name: 'conv2/bias', shape: [16], fanIn: 0 },
    { name: 'output/kernel', shape: [256, 10], fanIn: 256 },
    { name: 'output/bias', shape: [10], fanIn: 0 },
  ],
  forward([kernel1, bias1, kernel2, bias2, outputKernel, outputBias], samples) {
    const images: Tensor4D = reshape(samples, [-1, 28, 28, 1])
    const features = block(block(images, kernel1!, bias1!), kernel2!, bias2!)
    return add(matMul(reshape(features, [-1, 256]), outputKernel!), outputBias!)
  },
}

function block(images: Tensor4D, kernel: Tensor, bias: Tensor): Tensor4D {
  return maxPool(relu(add<Tensor4D>(conv2d(images, kernel as Tensor4D, 1, 'valid'), bias)), 2, 2, 'valid')
}
