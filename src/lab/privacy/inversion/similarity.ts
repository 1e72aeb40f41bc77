import type { Values } from '../network/index.ts'

/** Window and constants of Wang, Bovik, Sheikh, Simoncelli 2004, "Image Quality Assessment: From Error Visibility to Structural Similarity". */
const WINDOW = 11
const DEVIATION = 1.5
/** (0.01 L)² and (0.03 L)² for pixels of the range L = 1. */
const C1 = 0.01 ** 2
const C2 = 0.03 ** 2

const WEIGHTS = gaussianWeights()

/** An image with its means and mean squares under the window at each place. */
export interface Windowed {
  image: Values
  means: Values
  squares: Values
}

/** What an image has by itself; worth keeping where it is compared with many. */
export function windowed(image: Values): Windowed {
  return { image, means: blurred(image), squares: blurred(image.map((value) => value ** 2)) }
}

/**
 * Structural similarity of two square images with pixels 0…1: 1 for equal ones, near 0 for unrelated ones. The mean over all places where the window fits.
 *
 * @example structuralSimilarity(original, recovered) // 0.93
 */
export function structuralSimilarity(one: Values, other: Values): number {
  return similarityOf(windowed(one), windowed(other))
}

export function similarityOf(one: Windowed, other: Windowed): number {
  const products = blurred(one.image.map((value, k) => value * other.image[k]!))
  let sum = 0
  for (let k = 0; k < products.length; k++) {
    const [a, b] = [one.means[k]!, other.means[k]!]
    const covariance = products[k]! - a * b
    const variances = one.squares[k]! - a ** 2 + other.squares[k]! - b ** 2
    sum += ((2 * a * b + C1) * (2 * covariance + C2)) / ((a ** 2 + b ** 2 + C1) * (variances + C2))
  }
  return sum / products.length
}

/** Mean squared error of the pixels. */
export function meanSquaredError(one: Values, other: Values): number {
  let sum = 0
  for (let k = 0; k < one.length; k++) sum += (one[k]! - other[k]!) ** 2
  return sum / one.length
}

/** Weighted mean under the window, where it fits: along rows, then along columns. */
function blurred(image: Values): Values {
  const side = Math.sqrt(image.length)
  const places = side - WINDOW + 1
  const rows = new Float64Array(side * places)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < places; x++) {
      let sum = 0
      for (let k = 0; k < WINDOW; k++) sum += WEIGHTS[k]! * image[y * side + x + k]!
      rows[y * places + x] = sum
    }
  }
  const result = new Float64Array(places ** 2)
  for (let y = 0; y < places; y++) {
    for (let x = 0; x < places; x++) {
      let sum = 0
      for (let k = 0; k < WINDOW; k++) sum += WEIGHTS[k]! * rows[(y + k) * places + x]!
      result[y * places + x] = sum
    }
  }
  return result
}

/** The window is the product of these along both axes. */
function gaussianWeights(): Float64Array {
  const half = (WINDOW - 1) / 2
  const weights = Float64Array.from({ length: WINDOW }, (_, k) => Math.exp(-((k - half) ** 2) / (2 * DEVIATION ** 2)))
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}
