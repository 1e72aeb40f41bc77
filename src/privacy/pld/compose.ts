import { spectrumOf, valuesOf } from '../numerics/fourier.ts'
import type { LossGrid } from './loss-grid.ts'
import type { LossRange } from './tail-bounds.ts'

/** A loss that is suffered several times. */
export interface RepeatedLoss {
  grid: LossGrid
  times: number
}

/**
 * The distribution of the sum of independent losses, by one Fourier transform for each of them.
 *
 * The transform works on a circle, which is as long as a range that the sum leaves with less than `tail` at either end. What leaves it above
 * counts as an infinite loss, and what leaves it below comes back as a larger loss.
 *
 * @param losses at least one, all on grids of the same width
 */
export function composeLosses(losses: readonly RepeatedLoss[], { least, most }: LossRange, tail: number): LossGrid {
  const { width } = losses[0]!.grid
  const first = Math.floor(least / width)
  const size = powerOfTwoFrom(Math.ceil(most / width) - first + 1)
  const logSizes = new Float64Array(size)
  const angles = new Float64Array(size)
  for (const { grid, times } of losses) {
    const spectrum = spectrumOf(onCircle(grid, size))
    for (let index = 0; index < size; index++) {
      logSizes[index]! += times * spectrum.logSizes[index]!
      angles[index]! += times * spectrum.angles[index]!
    }
  }
  const circle = valuesOf({ logSizes, angles })
  const masses = Float64Array.from({ length: size }, (_, index) => Math.max(0, circle[modulo(first + index, size)]!))
  // 1 − Π(1 − infinite), without losing small ones.
  const finite = losses.reduce((sum, { grid, times }) => sum + times * Math.log1p(-grid.infinite), 0)
  return { width, first, masses, infinite: -Math.expm1(finite) + tail }
}

function onCircle({ first, masses }: LossGrid, size: number): Float64Array {
  const circle = new Float64Array(size)
  for (const [index, mass] of masses.entries()) circle[modulo(first + index, size)]! += mass
  return circle
}

function modulo(index: number, size: number): number {
  return ((index % size) + size) % size
}

function powerOfTwoFrom(least: number): number {
  let size = 2
  while (size < least) size *= 2
  return size
}
