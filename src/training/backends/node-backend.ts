import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import type { Backend } from './backend.ts'
import { prepareTfjs } from './prepare-tfjs.ts'

/** Packages that bring libtensorflow, and what it computes on. */
const DEVICES = { 'tfjs-node-gpu': 'CUDA', 'tfjs-node': 'all cores' } as const

/**
 * libtensorflow, if the optional package @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node is installed. Both register the same back end of tfjs, so a
 * process takes one of them.
 *
 * @throws if the package is missing or libtensorflow does not load
 */
export async function startNodeBackend(kind: keyof typeof DEVICES): Promise<Backend> {
  // The package still calls a helper that Node 23 removed.
  const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean }
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined
  await prepareTfjs()
  const name: string = `@tensorflow/${kind}`
  await import(name)
  if (!(await tf.setBackend('tensorflow'))) throw new Error('libtensorflow did not start')
  return { name: kind, detail: `libtensorflow on ${DEVICES[kind]}` }
}
