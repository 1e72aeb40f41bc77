import type { Values } from '../network/index.ts'

/** Window and constants of Wang, Bovik, Sheikh, Simoncelli 2004, "Image Quality Assessment: From Error Visibility to Structural Similarity". */
const WINDOW = 11
const DEVIATION = 1.5
/** (0.01 L)² and (0.03 L)² for pixels of the range L = 1. */
const C1 = 0.01 ** 2
const C2 = 0.03 ** 2

const WEIGHTS = gaussianWindow()

/**
 * Structural similarity of two square images with pixels 0…1: 1 for equal ones, near 0 for unrelated ones. The mean over all places where the window fits.
 *
 * @example structuralSimilarity(original, recovered) // 0.93
 */
export function structuralSimilarity(one: Values, other: Values): number {
  const side = Math.sqrt(one.length)
  const places = side - WINDOW + 1
  let sum = 0
  for (let y = 0; y < places; y++) for (let x = 0; x < places; x++) sum += atPlace(one, other, side, y * side + x)
  return sum / places ** 2
}

/** Mean squared error of the pixels. */
export function meanSquaredError(one: Values, other: Values): number {
  let sum = 0
  for (let k = 0; k < one.length; k++) sum += (one[k]! - other[k]!) ** 2
  return sum / one.length
}

function atPlace(one: Values, other: Values, side: number, corner: number): number {
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0]
  for (let y = 0; y < WINDOW; y++) {
    for (let x = 0; x < WINDOW; x++) {
      const weight = WEIGHTS[y * WINDOW + x]!
      const p = one[corner + y * side + x]!
      const q = other[corner + y * side + x]!
      a += weight * p
      b += weight * q
      aa += weight * p * p
      bb += weight * q * q
      ab += weight * p * q
    }
  }
  const covariance = ab - a * b
  const variances = aa - a * a + bb - b * b
  return ((2 * a * b + C1) * (2 * covariance + C2)) / ((a * a + b * b + C1) * (variances + C2))
}

function gaussianWindow(): Float64Array {
  const half = (WINDOW - 1) / 2
  const weights = Float64Array.from({ length: WINDOW ** 2 }, (_, k) => {
    const [y, x] = [Math.floor(k / WINDOW) - half, (k % WINDOW) - half]
    return Math.exp(-(x ** 2 + y ** 2) / (2 * DEVIATION ** 2))
  })
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}
