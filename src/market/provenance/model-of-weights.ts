import type { TensorSpec } from '../../protocol/index.ts'
import { tensorLayout } from '../../training/layout.ts'

/** Largest integer up to which a float32 holds every one. */
const EXACT = 2 ** 24

export interface ModelOfWeights {
  /** int32[D], padding zero. */
  model: Int32Array
  /** False where a float32 cannot say which integer it was made from: the model may be another one by a rounding. */
  exact: boolean
}

/**
 * The integers of the protocol that weights were made from: each weight is an integer times 2 to the power of the tensor's model exponent
 * (docs/protocol.md §1).
 *
 * @param values one array for each tensor of the task, in its order
 * @returns undefined for weights that no model of the task has: another number or length of tensors, or a value between two steps
 */
export function modelOfWeights(
  tensors: readonly Pick<TensorSpec, 'length' | 'modelExponent'>[],
  values: readonly Float32Array[],
): ModelOfWeights | undefined {
  if (tensors.length !== values.length || tensors.some(({ length }, index) => length !== values[index]!.length)) return undefined
  const layout = tensorLayout(tensors.map(({ length }, index) => ({ name: String(index), shape: [length] })))
  const model = new Int32Array(layout.paddedLength)
  let exact = true
  for (const [index, { offset, length }] of layout.tensors.entries()) {
    const steps = 2 ** -tensors[index]!.modelExponent
    const weights = values[index]!
    for (let k = 0; k < length; k++) {
      const integer = weights[k]! * steps
      if ((integer | 0) !== integer) return undefined
      exact &&= Math.abs(integer) <= EXACT
      model[offset + k] = integer
    }
  }
  return { model, exact }
}
