/** Quantiles of Student's t for 95 % on both sides, by degrees of freedom from 1. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101,
  2.093,
]
/** From 20 degrees on; a little wide. */
const STUDENT_BEYOND = 2.086

/**
 * The mean of independent values and the half width of its 95 % interval.
 *
 * @returns an infinite half width for a single value
 * @example meanInterval([1, 2, 3]) // { mean: 2, half: 2.48 }
 */
export function meanInterval(values: readonly number[]): { mean: number; half: number } {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  if (count < 2) return { mean, half: Infinity }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  return { mean, half: (STUDENT[count - 2] ?? STUDENT_BEYOND) * Math.sqrt(variance / count) }
}
