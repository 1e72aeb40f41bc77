import { QuorateError } from '../../core/errors.ts'
import type { Layout } from '../layout.ts'
import { turnTaker } from '../take-turn.ts'

/** Values between two looks at the clock: some milliseconds. */
const STRIDE = 1 << 20

/**
 * Makes the change of a result, in place, and checks it on the way. Padding stays zero.
 *
 * @param result float32[D]: new weights, or their change with `isDelta`
 * @throws QuorateError TRAINING_DIVERGED naming the first tensor with a value that is not finite, CANCELLED
 */
export async function deltaOf(
  { tensors }: Layout,
  result: Float32Array,
  weights: Float32Array,
  { isDelta, signal }: { isDelta: boolean; signal?: AbortSignal },
): Promise<Float32Array> {
  const takeTurn = turnTaker(signal)
  for (const { name, offset, length } of tensors) {
    for (let from = offset; from < offset + length; from += STRIDE) {
      const to = Math.min(offset + length, from + STRIDE)
      // A sum of finite numbers in float64 is finite, so one test serves the whole stride.
      let sum = 0
      for (let k = from; k < to; k++) {
        if (!isDelta) result[k]! -= weights[k]!
        sum += result[k]!
      }
      if (!Number.isFinite(sum)) {
        const k = result.findIndex((value, at) => at >= from && !Number.isFinite(value))
        throw new QuorateError(
          'TRAINING_DIVERGED',
          `the trainer sent ${result[k]} in the tensor "${name}", element ${k - offset}`,
          { details: { tensor: name, element: k - offset } },
        )
      }
      await takeTurn()
    }
  }
  return result
}
