import * as tf from '@tensorflow/tfjs-core'
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core'
import type { Shape4 } from './kernels-below.ts'

/** What flows back goes to the first largest value of each window. One look at each window; tfjs's kernel looks at all windows around each value. */
export function maxPoolGradient(): KernelConfig {
  return {
    kernelName: 'MaxPoolGrad',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { dy, input: x } = inputs as unknown as { dy: TensorInfo; input: TensorInfo }
      const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttributes
      const info = tf.backend_util.computePool2DInfo(x.shape as Shape4, filterSize, strides, 1, pad, dimRoundingMode)
      const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels: channels } = info
      const heap = backend as HeapBackend
      const dx = heap.makeOutput(x.shape, 'float32')
      // Only now: making room for the result may move the heap.
      const [values, given, passed] = [x, dy, dx].map((tensor) => heap.typedArrayFromHeap(tensor))
      passed!.fill(0)
      let out = 0
      for (let image = 0; image < batchSize; image++) {
        for (let row = 0; row < outHeight; row++) {
          const top = row * info.strideHeight - info.padInfo.top
          const [fromRow, toRow] = [Math.max(0, top), Math.min(inHeight, top + info.filterHeight)]
          for (let column = 0; column < outWidth; column++) {
            const left = column * info.strideWidth - info.padInfo.left
            const [fromColumn, toColumn] = [Math.max(0, left), Math.min(inWidth, left + info.filterWidth)]
            for (let channel = 0; channel < channels; channel++, out++) {
              let largest = Number.NEGATIVE_INFINITY
              let at = -1
              for (let r = fromRow; r < toRow; r++) {
                for (let c = fromColumn; c < toColumn; c++) {
                  const k = ((image * inHeight + r) * inWidth + c) * channels + channel
                  if (values![k]! > largest) {
                    largest = values![k]!
                    at = k
                  }
                }
              }
              if (at >= 0) passed![at]! += given![out]!
            }
          }
        }
      }
      return dx
    },
  }
}

/** What the wasm back end lets kernels do with its heap. */
interface HeapBackend {
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo
  /** A view, until the heap moves. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array
}

interface PoolAttributes {
  filterSize: [number, number] | number
  strides: [number, number] | number
  pad: 'valid' | 'same' | number
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
}
