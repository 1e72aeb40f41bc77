import type { DataType, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core'

interface WasmMemory {
  makeOutput(shape: number[], dtype: DataType): TensorInfo
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array
}

/** Rows of x added up by the number that each has: the gradient of an embedding. Rows with a negative number are left out. */
export function unsortedSegmentSum(): KernelConfig {
  return {
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const memory = backend as WasmMemory
      const { x, segmentIds } = inputs as unknown as { x: TensorInfo; segmentIds: TensorInfo }
      const { numSegments } = attrs as { numSegments: number }
      const rest = x.shape.slice(segmentIds.shape.length)
      const width = rest.reduce((product, size) => product * size, 1)
      const output = memory.makeOutput([numSegments, ...rest], x.dtype)
      // Making the output may move the heap, so views come after it.
      const [values, ids, sums] = [x, segmentIds, output].map((tensor) => memory.typedArrayFromHeap(tensor)) as [
        Float32Array,
        Int32Array,
        Float32Array,
      ]
      sums.fill(0)
      for (let row = 0; row < ids.length; row++) {
        const segment = ids[row]!
        if (segment < 0 || segment >= numSegments) continue
        for (let k = 0; k < width; k++) sums[segment * width + k]! += values[row * width + k]!
      }
      return output
    },
  }
}
