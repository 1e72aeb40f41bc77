import * as tf from '@tensorflow/tfjs-core'
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core'

/**
 * Gives the wasm back end what training needs and it lacks: matrix products of transposed operands and the input gradient of a convolution at full speed, and
 * the filter gradient. Does nothing the second time. Needs the wasm back end to be ready.
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
}

interface WasmKernels {
  run: (kernel: string, inputs: Record<string, TensorInfo> | TensorInfo[], attrs: object) => TensorInfo
  free: (tensor: TensorInfo) => void
}

/** Kernels called below the tape and the tidy scopes, so every intermediate result has to be freed by hand. */
function wasmKernels(backend: object): WasmKernels {
  return {
    run: (kernel, inputs, attrs) =>
      tf.getKernel(kernel, 'wasm').kernelFunc({ inputs: inputs as never, backend, attrs: attrs as never }) as TensorInfo,
    free: ({ dataId }) => (backend as { disposeData(id: object): void }).disposeData(dataId),
  }
}

/**
 * tfjs multiplies transposed operands with a plain loop and only straight ones with XNNPACK. Transposing first is 5 to 10 times faster
 * for the shapes of a training step. A large transposed right side stays as it is, a·bᵀ = (b·aᵀ)ᵀ: that is the gradient of the input of a dense layer,
 * whose weights are far larger than what runs through them.
 */
function transposingMatMul(product: KernelConfig): KernelConfig {
  return {
    kernelName: 'BatchMatMul',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { run, free } = wasmKernels(backend)
      const { a, b } = inputs as unknown as { a: TensorInfo; b: TensorInfo }
      const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean }
      const swapped = (x: TensorInfo): TensorInfo => {
        const perm = x.shape.map((_, axis) => axis)
        perm.push(perm.splice(-2, 1)[0]!)
        return run('Transpose', { x }, { perm })
      }
      const multiplied = (left: TensorInfo, right: TensorInfo): TensorInfo => {
        const result = product.kernelFunc({
          inputs: { a: left, b: right },
          backend,
          attrs: { transposeA: false, transposeB: false },
        }) as TensorInfo
        for (const given of [left, right]) if (given !== a && given !== b) free(given)
        return result
      }
      const size = (x: TensorInfo): number => x.shape.slice(-2).reduce((rows, columns) => rows * columns)
      if (!transposeB || size(a) >= size(b)) return multiplied(transposeA ? swapped(a) : a, transposeB ? swapped(b) : b)
      const turned = multiplied(b, transposeA ? a : swapped(a))
      const result = swapped(turned)
      free(turned)
      return result
    },
  }
}

/**
 * dW[i, j, c, o] = Σ over batch and output places of x[b, s·h + i, s·w + j, c] · dy[b, h, w, o]: itself a convolution, of the input with channels and batch
 * exchanged by dy as a filter whose places lie s apart. XNNPACK needs no copies of overlapping patches for it.
 */
function conv2dBackpropFilter(): KernelConfig {
  return {
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { run, free } = wasmKernels(backend)
      const { x, dy } = inputs as unknown as { x: TensorInfo; dy: TensorInfo }
      const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs as unknown as FilterGradientAttributes
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

/**
 * With stride 1 and no padding the gradient of the input is itself a convolution: dy with a border of filter − 1 zeros, by the filter turned by 180° and with
 * its channels exchanged. XNNPACK does that three times as fast as tfjs's plain loop, which is left the other cases.
 */
function conv2dBackpropInput(plain: KernelConfig): KernelConfig {
  return {
    kernelName: 'Conv2DBackpropInput',
    backendName: 'wasm',
    kernelFunc: (given) => {
      const { dy, filter } = given.inputs as unknown as { dy: TensorInfo; filter: TensorInfo }
      const { strides, pad, dataFormat } = given.attrs as unknown as FilterGradientAttributes
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

type Shape4 = [number, number, number, number]

interface FilterGradientAttributes {
  strides: [number, number] | number
  pad: 'valid' | 'same' | number
  dataFormat?: 'NHWC' | 'NCHW'
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
  filterShape: Shape4
}
