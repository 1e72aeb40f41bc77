import { QuorateError } from '../../core/errors.ts'
import type { Layout, TensorPlace } from '../layout.ts'

/** A tensor as a program names it. */
export interface NamedTensor {
  name: string
  shape: readonly (number | bigint)[]
  dtype: string
}

/** Bytes of a float32. */
export const FLOAT = 4

/** The only type of elements that travels between node and program. */
export const DTYPE = 'F32'

/** An error about one tensor. */
export function tensorError(tensor: string, message: string): QuorateError {
  return new QuorateError('TRAINER_TENSOR', message, { details: { tensor } })
}

/**
 * The places of the tensors that a program sends, in its order. They must be those of the task, each once.
 *
 * @throws QuorateError TRAINER_TENSOR naming the tensor that is missing, unknown, sent twice, or of another shape or type
 */
export function matchTensors(layout: Layout, sent: readonly NamedTensor[]): TensorPlace[] {
  const places = new Map(layout.tensors.map((place) => [place.name, place]))
  const seen = new Set<string>()
  const matched = sent.map(({ name, shape, dtype }) => {
    const place = places.get(name)
    if (!place) throw tensorError(name, `the trainer sent the tensor "${name}", which the task does not have`)
    if (seen.has(name)) throw tensorError(name, `the trainer sent the tensor "${name}" twice`)
    seen.add(name)
    if (shape.length !== place.shape.length || shape.some((size, axis) => Number(size) !== place.shape[axis]))
      throw tensorError(name, `the tensor "${name}" has the shape [${shape.join()}], and the task says [${place.shape.join()}]`)
    if (dtype !== DTYPE) throw tensorError(name, `the tensor "${name}" has elements of ${dtype || 'no type'} instead of ${DTYPE}`)
    return place
  })
  const missing = layout.tensors.find(({ name }) => !seen.has(name))
  if (missing) throw tensorError(missing.name, `the trainer did not send the tensor "${missing.name}"`)
  return matched
}
