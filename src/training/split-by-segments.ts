import { SEGMENT } from '../protocol/types.ts'

export interface SplitUpdate {
  /** What the round carries: zero elsewhere, float32[D] each. */
  sent: { values: Float32Array; residual: Float32Array | undefined }
  /** What waits for a round that carries it, float32[D]: zero where the round does. */
  kept: Float32Array
}

/**
 * Splits an update into the segments that a round carries and the rest, which waits in the residual: error feedback (Stich, Cordonnier, Jaggi 2018, Sparsified SGD
 * with Memory; Karimireddy et al. 2019, Error Feedback Fixes SignSGD). All members send the same segments, so rows stay comparable.
 *
 * @param delta float32[D]
 * @param residual float32[D] of the previous update
 * @param segments one for each 8192 coordinates: whether the round carries them
 * @throws RangeError where the segments do not cover the update
 */
export function splitBySegments(
  delta: Float32Array,
  residual: Float32Array | undefined,
  segments: readonly boolean[],
): SplitUpdate {
  if (segments.length * SEGMENT !== delta.length)
    throw new RangeError(`${segments.length} segments do not cover ${delta.length} coordinates`)
  const values = new Float32Array(delta.length)
  const carried = residual && new Float32Array(delta.length)
  const kept = new Float32Array(delta.length)
  for (const [index, isSent] of segments.entries()) {
    const [from, to] = [index * SEGMENT, (index + 1) * SEGMENT]
    if (isSent) {
      values.set(delta.subarray(from, to), from)
      if (residual) carried!.set(residual.subarray(from, to), from)
    } else for (let k = from; k < to; k++) kept[k] = delta[k]! + (residual?.[k] ?? 0)
  }
  return { sent: { values, residual: carried }, kept }
}
