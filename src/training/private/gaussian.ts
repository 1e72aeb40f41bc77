import type { Unit } from './secret-random.ts'

/**
 * A standard normal value: half the sum of four values of Box and Muller (1958).
 *
 * One value of that method has a gap between any two neighbours, and none lies beyond 8.6. Mironov (2012, "On Significance of the Least Significant Bits for
 * Differential Privacy") reads the data off such gaps. The sum of four reaches twice as far, and its gaps lie too close to be counted
 * (Holohan and Braghin 2021, "Secure Random Sampling in Differential Privacy"). It is no exact sampler: docs/privacy.md says what remains.
 *
 * @example gaussian(secretUnits())
 */
export function gaussian(unit: Unit): number {
  let sum = 0
  for (let pair = 0; pair < 2; pair++) {
    // 1 − u lies in (0, 1], and its logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - unit()))
    const angle = 2 * Math.PI * unit()
    sum += radius * (Math.cos(angle) + Math.sin(angle))
  }
  return sum / 2
}
