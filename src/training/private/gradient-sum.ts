import { gaussian } from './gaussian.ts'
import type { Unit } from './secret-random.ts'

/** Sums over the records of one step, one array per trained tensor. In float64: the sum of clipped gradients moves no norm past its bound. */
export type GradientSum = readonly Float64Array[]

/**
 * Adds the gradient of one record, shortened to the bound where it is longer. A gradient that is not finite adds nothing, so that no record
 * moves the sum further than the bound.
 *
 * @param gradient one array per trained tensor; its norm is over all of them
 * @param clip longest gradient, L2
 * @example addClipped(sum, [Float32Array.of(3, 4)], 1) // sum[0] grows by 0.6, 0.8
 */
export function addClipped(sum: GradientSum, gradient: readonly Float32Array[], clip: number): void {
  let square = 0
  for (const values of gradient) for (let k = 0; k < values.length; k++) square += values[k]! * values[k]!
  if (!Number.isFinite(square)) return
  const norm = Math.sqrt(square)
  const factor = norm > clip ? clip / norm : 1
  for (const [index, values] of gradient.entries()) {
    const into = sum[index]!
    for (let k = 0; k < values.length; k++) into[k]! += factor * values[k]!
  }
}

/** Adds normal noise to every coordinate, also where no record added anything. */
export function addNoise(sum: GradientSum, deviation: number, unit: Unit): void {
  for (const values of sum) for (let k = 0; k < values.length; k++) values[k]! += deviation * gaussian(unit)
}
