import type { TensorSpec } from '../protocol/types.ts'
import type { Layout } from './layout.ts'
import { powerOfTwo } from './power-of-two.ts'
import { plus, scaled } from './vectors.ts'

/** How much longer than the stake-median update of the last claim a member lets its own become: room to grow, so that the median cannot only shrink. */
const STRETCH = 1.25

/** @param medianNorm of the last claim; undefined before there was one: the first update has any length */
export function longestUpdate(medianNorm: number | undefined): number | undefined {
  return medianNorm === undefined ? undefined : STRETCH * medianNorm
}

/** Rounding to int8 lengthens an update a little. */
const ROUNDING = 0.99

/**
 * The longest update that the task admits, with room for rounding, in units of the int8 update. A longer one would be refused and unpaid.
 *
 * @param maxNormSq of the specification
 */
export function admittedNorm(maxNormSq: bigint): number {
  return ROUNDING * Math.sqrt(Number(maxNormSq))
}

/**
 * Shortens an update to a norm, as an honest member does with the stake-median norm of the last claim: clipping keeps a
 * member with unusual data near the others, so that the rule does not reject it as a poisoner (docs/aggregation.md §8;
 * Sun et al. 2019, Can You Really Backdoor Federated Learning?, bound norms for the same reason).
 *
 * @param delta float32[D]
 * @param residual float32[D] of the previous update, shortened along
 * @param maxNorm in units of the int8 update, as the norms of the Gram matrix are
 * @returns delta + residual, no longer than `maxNorm`
 */
export function clipUpdate(
  layout: Layout,
  specs: readonly Pick<TensorSpec, 'updateExponent'>[],
  delta: Float32Array,
  residual: Float32Array | undefined,
  maxNorm: number,
): Float32Array {
  const wanted = residual ? plus(delta, residual) : delta
  const norm = updateNorm(layout, specs, wanted)
  return norm > maxNorm ? scaled(wanted, maxNorm / norm) : wanted
}

/** The norm of a change in units of the int8 update. */
export function updateNorm(layout: Layout, specs: readonly Pick<TensorSpec, 'updateExponent'>[], values: Float32Array): number {
  let square = 0
  for (const [index, { offset, length }] of layout.tensors.entries()) {
    const perStep = powerOfTwo(-specs[index]!.updateExponent)
    for (let k = offset; k < offset + length; k++) {
      const steps = values[k]! * perStep
      square += steps * steps
    }
  }
  return Math.sqrt(square)
}
