import { QuorateError } from '../core/errors.ts'
import type { TensorSpec } from '../protocol/types.ts'
import type { Layout } from './layout.ts'
import { powerOfTwo } from './power-of-two.ts'
import type { Random } from './random.ts'

export interface QuantisedUpdate {
  /** int8[D], −127…127, padding zero. */
  update: Int8Array
  /** What the update could not carry, float32[D]: hand it to the next call (error feedback). */
  residual: Float32Array
  /** Coordinates that met the int8 bound. Many mean the exponent is too small for the task. */
  clipped: number
}

/** Makes a number in [0, 1) of 32 random bits, as `unit` of `Random` does. */
const UNIT = 2 ** -32

/**
 * Rounds a float update to int8 with one power-of-two step per tensor. Rounding is stochastic, so that its error has
 * mean zero (Alistarh et al. 2017, QSGD), and the residual is carried into the next update (error feedback, Seide et
 * al. 2014): with x = delta + residual, q = clamp(round(x / 2^e), ±127) and the new residual is x − q·2^e.
 *
 * @param most the largest value, 1 … 127: less where updates of several members share an int8 (src/masking)
 * @param delta float32[D]: new weights minus base weights; padding is ignored
 * @param residual float32[D] of the previous update
 * @throws TRAINING_DIVERGED for NaN or infinity
 * @example quantiseUpdate(layout, spec.tensors, delta, createRandom(seed, step), residual)
 */
export function quantiseUpdate(
  layout: Layout,
  specs: readonly Pick<TensorSpec, 'updateExponent'>[],
  delta: Float32Array,
  random: Random,
  residual?: Float32Array,
  most = 127,
): QuantisedUpdate {
  const update = new Int8Array(layout.paddedLength)
  const rest = new Float32Array(layout.paddedLength)
  let clipped = 0
  for (const [index, { name, offset, length }] of layout.tensors.entries()) {
    const step = powerOfTwo(specs[index]!.updateExponent)
    const perStep = 1 / step
    const words = new Uint32Array(length)
    random.uint32s(words)
    for (let k = offset; k < offset + length; k++) {
      const wanted = residual ? delta[k]! + residual[k]! : delta[k]!
      let scaled = wanted * perStep
      if (!(scaled <= most && scaled >= -most)) {
        if (!Number.isFinite(wanted)) {
          throw new QuorateError('TRAINING_DIVERGED', `the update of tensor ${name} is ${wanted} at ${k - offset}`, {
            details: { tensor: name, index: k - offset },
          })
        }
        clipped++
        scaled = scaled > 0 ? most : -most
      }
      // Up with the chance of the fraction. A comparison says the same, but processors guess it wrong half of the time.
      const rounded = Math.ceil(scaled - words[k - offset]! * UNIT)
      update[k] = rounded
      rest[k] = wanted - rounded * step
    }
  }
  return { update, residual: rest, clipped }
}

/**
 * A model in integers, the nearest to float weights: w = round(x / 2^E).
 *
 * @param weights one array per tensor, without padding
 * @returns int32[D], padding zero
 * @throws QuorateError MODEL_MISMATCH for NaN, and for weights that leave no room for training: |w| > 2^30
 */
export function quantiseModel(
  layout: Layout,
  specs: readonly Pick<TensorSpec, 'modelExponent'>[],
  weights: readonly Float32Array[],
): Int32Array {
  const model = new Int32Array(layout.paddedLength)
  for (const [index, { name, offset }] of layout.tensors.entries()) {
    const perStep = 1 / powerOfTwo(specs[index]!.modelExponent)
    for (const [k, value] of weights[index]!.entries()) {
      const scaled = Math.round(value * perStep)
      if (!(Math.abs(scaled) <= 2 ** 30))
        throw new QuorateError(
          'MODEL_MISMATCH',
          `weight ${k} of tensor ${name} is ${value}: with the model exponent ${specs[index]!.modelExponent} weights go up to ±${2 ** 30 / perStep}`,
          { details: { tensor: name, index: k } },
        )
      model[offset + k] = scaled
    }
  }
  return model
}

/** The update as members meant it: float32[D], exact. */
export function dequantiseUpdate(
  layout: Layout,
  specs: readonly Pick<TensorSpec, 'updateExponent'>[],
  update: Int8Array,
): Float32Array {
  const steps = specs.map(({ updateExponent }) => updateExponent)
  return scaled(layout, steps, update)
}

/**
 * The weights a member trains from: float32[D] = w · 2^E. Exact while |w| ≤ 2^24, which the default exponent keeps for weights
 * up to ±16; beyond it the value rounds to the nearest float32. Only the member's own arithmetic sees that rounding: the canonical
 * model stays the integers.
 *
 * @throws MODEL_MISMATCH for a model of another length
 */
export function dequantiseModel(
  layout: Layout,
  specs: readonly Pick<TensorSpec, 'modelExponent'>[],
  model: Int32Array,
): Float32Array {
  if (model.length !== layout.paddedLength)
    throw new QuorateError('MODEL_MISMATCH', `the base model has ${model.length} coordinates instead of ${layout.paddedLength}`)
  const steps = specs.map(({ modelExponent }) => modelExponent)
  return scaled(layout, steps, model)
}

function scaled(layout: Layout, exponents: readonly number[], values: Int8Array | Int32Array): Float32Array {
  const result = new Float32Array(layout.paddedLength)
  for (const [index, { offset, length }] of layout.tensors.entries()) {
    const step = powerOfTwo(exponents[index]!)
    for (let k = offset; k < offset + length; k++) result[k] = values[k]! * step
  }
  return result
}
