import { env } from '@tensorflow/tfjs-core'

/**
 * What every back end needs: the gradient functions, which in Node only tfjs-layers brings along (it registers them in tfjs's global
 * registry), and silence, since tfjs greets on the console and standard output is for results.
 */
export async function prepareTfjs(): Promise<void> {
  env().set('PROD', true)
  await import('@tensorflow/tfjs-layers')
}
