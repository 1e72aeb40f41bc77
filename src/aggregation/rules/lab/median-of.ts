import { geometricMedian } from '../geometric-median.ts'
import { dot, floorDiv, isqrt, sum, weightedLowerMedian } from '../integer-math.ts'

/**
 * Weights (1/2^64) of the share-weighted geometric median of rows seen through a kernel with 16 fractional bits. Distances are floored at
 * a thousandth of the median distance to the mean, so the floor moves with the rows and not with the origin.
 */
export function medianOf(kernel: readonly (readonly bigint[])[], shares: readonly bigint[], iterations: number): bigint[] {
  const total = sum(shares)
  const products = kernel.map((row) => floorDiv(dot(row, shares), total))
  const square = floorDiv(dot(products, shares), total)
  const distances = kernel.map((row, i) => {
    const squared = row[i]! - 2n * products[i]! + square
    return squared > 0n ? isqrt(squared) : 0n
  })
  const smallest = weightedLowerMedian(distances, shares) >> 10n
  return geometricMedian(kernel, shares, iterations, smallest > 0n ? smallest : 1n).weights
}
