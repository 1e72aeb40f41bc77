import { env } from '@tensorflow/tfjs-core'

/**
 * Setup for every back end: gradient functions, which in Node only tfjs-layers registers, and silence, because tfjs
 * greets on the console and standard output is for results.
 */
export async function prepareTfjs(): Promise<void> {
  env().set('PROD', true)
  await import('@tensorflow/tfjs-layers')
}
