import * as tf from '@tensorflow/tfjs-core'
import type { Backend } from './backend.ts'
import { prepareTfjs } from './prepare-tfjs.ts'

/** Plain JavaScript: works everywhere and is slow; the reference the other back ends are tested against. */
export async function startCpuBackend(): Promise<Backend> {
  await prepareTfjs()
  await import('@tensorflow/tfjs-backend-cpu')
  await tf.setBackend('cpu')
  return { name: 'cpu', detail: 'plain JavaScript' }
}
