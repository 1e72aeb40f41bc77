import { logSum } from '../numerics/log-sum.ts'
import type { RepeatedLoss } from './compose.ts'
import type { LossGrid } from './loss-grid.ts'

/** Factors of the tilt that a normal sum of the same variance would need. */
const TILTS = Array.from({ length: 17 }, (_, index) => 2 ** ((index - 8) / 2))

export interface LossRange {
  least: number
  most: number
}

/**
 * A range that the sum of losses leaves with less than `tail` at either end, by Chernoff's bound: the probability of a sum above s is at most
 * exp(Σ ln E[e^(tilt · loss)] − tilt · s), for every tilt above 0.
 */
export function tailBounds(losses: readonly RepeatedLoss[], tail: number): LossRange {
  const deviation = Math.sqrt(losses.reduce((sum, { grid, times }) => sum + times * varianceOf(grid), 0))
  const wanted = Math.log(1 / tail)
  const bound = (sign: 1 | -1): number => {
    const furthest = losses.reduce((sum, { grid, times }) => sum + times * endOf(grid, sign), 0)
    if (deviation === 0) return furthest
    const bounds = TILTS.map((factor) => {
      const tilt = (factor * Math.sqrt(2 * wanted)) / deviation
      const moments = losses.reduce((sum, { grid, times }) => sum + times * logMoment(grid, sign * tilt), 0)
      return (moments + wanted) / tilt
    })
    return Math.min(furthest, ...bounds)
  }
  return { least: -bound(-1), most: bound(1) }
}

/** The largest loss of a grid, or of its negative. */
function endOf({ width, first, masses }: LossGrid, sign: 1 | -1): number {
  return sign === 1 ? (first + masses.length - 1) * width : -first * width
}

/** ln E[e^(tilt · loss)] over the finite losses. */
function logMoment({ width, first, masses }: LossGrid, tilt: number): number {
  return logSum(masses.map((mass, index) => Math.log(mass) + tilt * (first + index) * width))
}

function varianceOf({ width, first, masses }: LossGrid): number {
  const mean = masses.reduce((sum, mass, index) => sum + mass * (first + index) * width, 0)
  return masses.reduce((sum, mass, index) => sum + mass * ((first + index) * width - mean) ** 2, 0)
}
