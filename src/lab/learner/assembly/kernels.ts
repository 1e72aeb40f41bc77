// AssemblyScript, compiled to WASM SIMD by scripts/kernels.mjs. The caller (../lab-kernels.ts) owns the memory layout.

export { clipped, round, squares } from './compose'
export { descend, learn, logits } from './mlp'
