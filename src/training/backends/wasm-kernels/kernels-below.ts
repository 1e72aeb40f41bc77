import * as tf from '@tensorflow/tfjs-core'
import type { TensorInfo } from '@tensorflow/tfjs-core'

export interface WasmKernels {
  run: (kernel: string, inputs: Record<string, TensorInfo> | TensorInfo[], attrs: object) => TensorInfo
  free: (tensor: TensorInfo) => void
}

/** Kernels called below the tape and the tidy scopes, so every intermediate result has to be freed by hand. */
export function wasmKernels(backend: object): WasmKernels {
  return {
    run: (kernel, inputs, attrs) =>
      tf.getKernel(kernel, 'wasm').kernelFunc({ inputs: inputs as never, backend, attrs: attrs as never }) as TensorInfo,
    free: ({ dataId }) => (backend as { disposeData(id: object): void }).disposeData(dataId),
  }
}

export type Shape4 = [number, number, number, number]

/** Of a convolution. */
export interface ConvolutionAttributes {
  strides: [number, number] | number
  pad: 'valid' | 'same' | number
  dataFormat?: 'NHWC' | 'NCHW'
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
  /** For the gradient of the filter only. */
  filterShape: Shape4
}
