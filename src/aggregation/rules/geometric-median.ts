import { dot, floorDiv, isqrt, sum } from './integer-math.ts'

/** Numerator of the inverse distances. */
const INVERSE = 1n << 48n

export interface GeometricMedian {
  /** Normalised weight of each row, 1/2^64, rounded down. */
  weights: bigint[]
  /** Per iteration: ⟨y_i, z⟩ of every row with the centre z, then ⟨z, z⟩; and floor(2^48 / d_i). */
  steps: { centre: bigint[]; inverse: bigint[] }[]
}

/**
 * Weights of the share-weighted geometric median by a fixed number of smoothed Weiszfeld steps (Pillutla et al. 2022): start at the mean,
 * then weigh every row by share / distance. Distances come from inner products alone.
 *
 * @param gram n x n inner products K with 16 fractional bits, |K| < 2^61
 * @param shares together below 2^126
 * @param smallest floor of the distances, 8 fractional bits, at least 1
 */
export function geometricMedian(
  gram: readonly (readonly bigint[])[],
  shares: readonly bigint[],
  iterations: number,
  smallest: bigint,
): GeometricMedian {
  let inverse = shares.map(() => 1n)
  // Weights stay below 2^126 · 2^48, their products with K below 2^235.
  const weigh = (): bigint[] => shares.map((share, i) => share * inverse[i]!)
  const steps: GeometricMedian['steps'] = []
  for (let t = 0; t < iterations; t++) {
    const weights = weigh()
    const total = sum(weights)
    const products = gram.map((row) => floorDiv(dot(row, weights), total))
    const square = floorDiv(dot(products, weights), total)
    inverse = products.map((product, i) => {
      const squared = gram[i]![i]! - 2n * product + square
      const distance = squared > 0n ? isqrt(squared) : 0n
      return INVERSE / (distance > smallest ? distance : smallest)
    })
    steps.push({ centre: [...products, square], inverse })
  }
  const weights = weigh()
  const total = sum(weights)
  return { weights: weights.map((weight) => (weight << 64n) / total), steps }
}
