/**
 * Integer kernels over whole vectors: segment Gram, weighted sum, model step, reference step, value check. `createWasmKernels()` is the
 * SIMD implementation (`assembly/`, compiled by `scripts/kernels.mjs`, committed as `kernels.wasm`); `twinKernels` says the same in plain loops.
 */
export type { Kernels } from './kernels.ts'
export { MAX_ROWS } from './kernels.ts'
export { twinKernels } from './twin-kernels.ts'
export { createWasmKernels } from './wasm-kernels.ts'
