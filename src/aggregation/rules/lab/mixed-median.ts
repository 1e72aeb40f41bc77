import { dot } from '../integer-math.ts'
import { mixNeighbours } from '../neighbour-mixing.ts'
import type { GramCase } from './lab-rule.ts'
import { medianOf } from './median-of.ts'

/**
 * Nearest-neighbour mixing, then the geometric median, and back to weights of the rows.
 *
 * @param kernel n x n with 16 fractional bits: inner products, or the distance kernel
 */
export function mixedMedian(
  kernel: readonly (readonly bigint[])[],
  { stakes, ranks, spec }: Pick<GramCase, 'stakes' | 'ranks' | 'spec'>,
): bigint[] {
  const mixed = mixNeighbours(kernel, stakes, spec.byzantineBps, ranks)
  const median = medianOf(mixed.twice, stakes, spec.iterations)
  return stakes.map((_, j) =>
    dot(
      median,
      mixed.fill.map((row) => row[j]!),
    ),
  )
}
