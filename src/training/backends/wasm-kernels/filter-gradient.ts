import * as tf from '@tensorflow/tfjs-core'
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core'
import { wasmKernels } from './kernels-below.ts'
import type { ConvolutionAttributes, Shape4 } from './kernels-below.ts'

/**
 * dW[i, j, c, o] = Σ over batch and output places of x[b, s·h + i, s·w + j, c] · dy[b, h, w, o]: itself a convolution, of the input with channels and batch
 * exchanged by dy as a filter whose places lie s apart. XNNPACK needs no copies of overlapping patches for it.
 */
export function conv2dBackpropFilter(): KernelConfig {
  return {
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { run, free } = wasmKernels(backend)
      const { x, dy } = inputs as unknown as { x: TensorInfo; dy: TensorInfo }
      const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as unknown as ConvolutionAttributes
      if (dataFormat !== undefined && dataFormat !== 'NHWC') throw new Error(`the filter gradient needs NHWC, not ${dataFormat}`)
      const info = tf.backend_util.computeConv2DInfo(x.shape as Shape4, filterShape, strides, 1, pad, dimRoundingMode)
      const { filterHeight, filterWidth, inChannels, outChannels, outHeight, outWidth, strideHeight, strideWidth } = info
      const { top, left } = info.padInfo

      // Rows and columns that the strides never reach would only make the result larger than the filter.
      const height = strideHeight * (outHeight - 1) + filterHeight
      const width = strideWidth * (outWidth - 1) + filterWidth
      const fit = (size: number, before: number, wanted: number): [number, number] => [
        before,
        Math.max(0, wanted - before - size),
      ]
      const paddings = [[0, 0], fit(info.inHeight, top, height), fit(info.inWidth, left, width), [0, 0]]
      const padded = run('PadV2', { x }, { paddings, constantValue: 0 })
      const cut = run('Slice', { x: padded }, { begin: [0, 0, 0, 0], size: [info.batchSize, height, width, inChannels] })
      free(padded)
      const images = run('Transpose', { x: cut }, { perm: [3, 1, 2, 0] })
      free(cut)
      const filter = run('Transpose', { x: dy }, { perm: [1, 2, 0, 3] })
      const dilations = [strideHeight, strideWidth]
      const product = run('Conv2D', { x: images, filter }, { strides: 1, pad: 'valid', dataFormat: 'NHWC', dilations })
      free(images)
      free(filter)
      const gradient = run('Transpose', { x: product }, { perm: [1, 2, 0, 3] })
      free(product)
      if (gradient.shape.join() !== [filterHeight, filterWidth, inChannels, outChannels].join())
        throw new Error('the filter gradient has another shape than the filter')
      return gradient
    },
  }
}
