import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { Backend } from './backend.ts'
import { prepareTfjs } from './prepare-tfjs.ts'
import { registerWasmKernels } from './wasm-kernels/index.ts'

/**
 * XNNPACK in WebAssembly, one thread. SIMD is used where the machine has it.
 *
 * @throws if the WebAssembly file is missing or does not compile
 */
export async function startWasmBackend(): Promise<Backend> {
  await prepareTfjs()
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  const known = tf.engine().registry['wasm']
  if (!known) {
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(`${dirname(main)}${sep}`)
  }
  const restore = keepProcessListeners()
  try {
    if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly module did not start')
  } finally {
    restore()
  }
  registerWasmKernels()
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')
  return { name: 'wasm', detail: simd ? 'WebAssembly SIMD' : 'WebAssembly' }
}

/** Emscripten's start-up code takes over uncaught errors of the whole process; those belong to the program. */
function keepProcessListeners(): () => void {
  const before = EVENTS.map((event) => new Set(process.rawListeners(event)))
  return () => {
    for (const [index, event] of EVENTS.entries()) {
      for (const listener of process.rawListeners(event)) {
        if (!before[index]!.has(listener)) process.removeListener(event, listener as () => void)
      }
    }
  }
}

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const
