import type { TensorSpec } from '../protocol/types.ts'
import { clipUpdate } from './clip-update.ts'
import type { Layout } from './layout.ts'
import { memberMomentum } from './member-momentum.ts'
import { quantiseUpdate } from './quantise.ts'
import { splitBySegments } from './split-by-segments.ts'
import type { QuantisedUpdate } from './quantise.ts'
import type { Random } from './random.ts'

/** What stays the same over all updates of a task. */
export interface UpdateShape {
  layout: Layout
  /** Of the specification, in layout order. */
  tensors: readonly Pick<TensorSpec, 'updateExponent'>[]
  /** μ of the member's momentum over steps; 0 for none. */
  memberMomentum: number
  /** Largest value of an update; 127 if left out. */
  most?: number
  /** Changes the update after it was clipped and before it is rounded; must leave padding zero. None if left out. */
  noise?: (update: Float32Array, random: Random) => Float32Array
}

export interface ComposeInput {
  /** What the learner learned, float32[D]. */
  delta: Float32Array
  /** What the member's last update could not carry, float32[D]. */
  residual?: Float32Array
  /** What the last call returned as `momentum`, float32[D]. */
  momentum?: Float32Array
  /** Longest update to send, in units of the int8 update; any length if left out. */
  maxNorm?: number
  /** For each segment of 8192 coordinates whether the update carries it; all of them if left out. What is not carried goes into the residual. */
  segments?: readonly boolean[]
  /** For noise and rounding. */
  random: Random
}

export interface ComposedUpdate extends QuantisedUpdate {
  /** Hand it to the next call; left out without member momentum. */
  momentum?: Float32Array
}

export type UpdateComposer = (shape: UpdateShape, input: ComposeInput) => ComposedUpdate

/**
 * Makes the update that a member sends: momentum → clip → noise → quantise → residual. A pure function of its arguments.
 *
 * @throws TRAINING_DIVERGED for NaN or infinity in `delta`
 * @example composeUpdate({ layout, tensors, memberMomentum: 0 }, { delta, random: createRandom(seed, 'update', step) })
 */
export function composeUpdate(shape: UpdateShape, input: ComposeInput): ComposedUpdate {
  const { delta, momentum, maxNorm, segments, random } = input
  const { layout, tensors, memberMomentum: factor, most, noise } = shape
  const steady = factor > 0 ? memberMomentum(momentum, delta, factor) : delta
  const { sent, kept } = segments
    ? splitBySegments(steady, input.residual, segments)
    : { sent: { values: steady, residual: input.residual }, kept: undefined }
  // The bound holds for the update and the residual together; without one, quantising adds the residual in float64.
  const bounded =
    maxNorm === undefined
      ? sent
      : { values: clipUpdate(layout, tensors, sent.values, sent.residual, maxNorm), residual: undefined }
  const noised = noise ? noise(bounded.values, random) : bounded.values
  const quantised = quantiseUpdate(layout, tensors, noised, random, bounded.residual, most)
  if (kept) for (const [k, value] of kept.entries()) quantised.residual[k]! += value
  return { ...quantised, ...(factor > 0 && { momentum: steady }) }
}
