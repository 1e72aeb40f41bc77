import { createWasmKernels } from '../../kernels/index.ts'
import type { Kernels } from '../../kernels/index.ts'

let made: Kernels | undefined

/** The kernels of the lab's rules, made when the first of them works on whole chunks. */
export function labKernels(): Kernels {
  return (made ??= createWasmKernels())
}
