import { QuorateError } from '../../core/errors.ts'
import { turnTaker } from '../take-turn.ts'
import type { SentTensors, TensorSlice } from './sent-tensors.ts'

/**
 * Makes the change of a result and checks it on the way. The change takes the place of the weights: fresh memory for a large model takes longer than all
 * the rest, and nobody needs the weights any more. Padding stays as it is.
 *
 * @param sent new weights, or their change with `isDelta`
 * @param weights float32[D]
 * @returns `weights`, which now hold the change
 * @throws QuorateError TRAINING_DIVERGED naming the first tensor with a value that is not finite, TRAINER_TENSOR for a file that cannot be read, CANCELLED
 */
export async function deltaOf(
  sent: Pick<SentTensors, 'slices'>,
  weights: Float32Array,
  { isDelta, signal }: { isDelta: boolean; signal?: AbortSignal },
): Promise<Float32Array> {
  const takeTurn = turnTaker(signal)
  for await (const { place, at, values } of sent.slices()) {
    const change = weights.subarray(at, at + values.length)
    if (isDelta) change.set(values)
    // A sum of finite numbers in float64 is finite, so one test serves the whole slice.
    const sum = isDelta ? sumOf(change) : subtract(values, change)
    if (!Number.isFinite(sum)) throw diverged(place, at, change)
    await takeTurn()
  }
  return weights
}

/** Writes `values − weights` over the weights. @returns the sum of the changes */
function subtract(values: Float32Array, weights: Float32Array): number {
  let sum = 0
  for (let k = 0; k < values.length; k++) {
    weights[k] = values[k]! - weights[k]!
    sum += weights[k]!
  }
  return sum
}

function sumOf(values: Float32Array): number {
  let sum = 0
  for (let k = 0; k < values.length; k++) sum += values[k]!
  return sum
}

function diverged({ name, offset }: TensorSlice['place'], at: number, change: Float32Array): QuorateError {
  const index = change.findIndex((value) => !Number.isFinite(value))
  const element = at + index - offset
  return new QuorateError('TRAINING_DIVERGED', `the trainer sent ${change[index]} in the tensor "${name}", element ${element}`, {
    details: { tensor: name, element },
  })
}
