import { Tensor, env, reshape, sign, stridedSlice, transpose } from '@tensorflow/tfjs-core'

/**
 * Setup for every back end: gradient functions, which in Node only tfjs-layers registers, and silence, because tfjs
 * greets on the console and standard output is for results.
 */
export async function prepareTfjs(): Promise<void> {
  env().set('PROD', true)
  await import('@tensorflow/tfjs-layers')
  addMethods()
}

/** The methods of tensors that the orthogonal initialiser of recurrent layers calls; only the union package of tfjs adds them. */
function addMethods(): void {
  const methods = {
    flatten: (tensor: Tensor) => reshape(tensor, [tensor.size]),
    reshape,
    sign,
    stridedSlice,
    transpose,
  } as Record<string, (tensor: Tensor, ...others: unknown[]) => Tensor>
  for (const [name, method] of Object.entries(methods)) {
    if (name in Tensor.prototype) continue
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...others: unknown[]) {
        return method(this, ...others)
      },
    })
  }
}
