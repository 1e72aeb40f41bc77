import type { HashKernel } from './hash-kernel.ts'
import { wasmHashKernel } from './wasm-hash-kernel.ts'

/**
 * keccak256 and the Gram tree at machine speed: many equal messages in one call, two of them side by side in WASM SIMD (`assembly/hash.ts`,
 * compiled by `scripts/kernels.mjs` and embedded in `hash-wasm.ts`, so that nothing is read or awaited). `twinHashKernel` says the same slowly.
 */
export type { HashKernel, HashStream } from './hash-kernel.ts'
export { twinHashKernel } from './twin-hash-kernel.ts'
export { wasmHashKernel } from './wasm-hash-kernel.ts'

let shared: HashKernel | undefined

/** The kernel of this process, compiled at the first hash. */
export function hashKernel(): HashKernel {
  shared ??= wasmHashKernel()
  return shared
}
