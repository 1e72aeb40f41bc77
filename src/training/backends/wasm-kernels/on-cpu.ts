import * as tf from '@tensorflow/tfjs-core'
import type { BackendValues, DataType, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core'
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'

interface WasmMemory {
  readSync(id: object): BackendValues
  makeOutput(shape: number[], dtype: DataType): TensorInfo
  typedArrayFromHeap(tensor: TensorInfo): { set(values: ArrayLike<number>): void }
}

/** One for the process: it holds inputs and outputs for the time of a kernel only. */
let cpu: MathBackendCPU | undefined

/** A kernel that the wasm back end lacks, as the plain back end computes it: correct, and slow with large tensors. */
export function onCpu(kernelName: string): KernelConfig {
  return {
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const memory = backend as WasmMemory
      const plain = (cpu ??= new MathBackendCPU())
      const copies: TensorInfo[] = []
      const copy = ({ dataId, shape, dtype }: TensorInfo): TensorInfo => {
        const made = { dataId: plain.write(memory.readSync(dataId), shape, dtype), shape, dtype }
        copies.push(made)
        return made
      }
      const given = Array.isArray(inputs)
        ? inputs.map((input) => copy(input as TensorInfo))
        : Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, copy(input as TensorInfo)]))
      const result = tf.getKernel(kernelName, 'cpu').kernelFunc({ inputs: given as never, backend: plain, attrs }) as TensorInfo
      const output = memory.makeOutput(result.shape, result.dtype)
      memory.typedArrayFromHeap(output).set(plain.readSync(result.dataId) as Float32Array)
      for (const { dataId } of [...copies, result]) plain.disposeData(dataId, true)
      return output
    },
  }
}
