import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import type { Backend } from './backend.ts'
import { prepareTfjs } from './prepare-tfjs.ts'

/**
 * CUDA through libtensorflow, if the optional package @tensorflow/tfjs-node-gpu is installed.
 *
 * @throws if the package is missing or libtensorflow does not load
 */
export async function startNodeGpuBackend(): Promise<Backend> {
  // The package still calls a helper that Node 23 removed.
  const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean }
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined
  await prepareTfjs()
  const name: string = '@tensorflow/tfjs-node-gpu'
  await import(name)
  if (!(await tf.setBackend('tensorflow'))) throw new Error('libtensorflow did not start')
  return { name: 'tfjs-node-gpu', detail: 'libtensorflow' }
}
