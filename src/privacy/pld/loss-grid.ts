import type { LossTails, PrivacyLoss } from './privacy-loss.ts'

/** A privacy loss that takes only the values index · width. It is never better than the loss that it was made from. */
export interface LossGrid {
  /** Distance of two values. */
  width: number
  /** Index of the first value; `masses[i]` is the probability of the loss (first + i) · width. */
  first: number
  masses: Float64Array
  /** Probability of a loss without bound: what was cut off above. */
  infinite: number
}

/**
 * Puts a privacy loss on a grid by connecting the dots: the probability of each cell goes to its two ends, such that the cell keeps its
 * probability under the true data and under the neighbour. The curve δ(ε) is then exact at every value of the grid and, being a chord of
 * a convex curve, too large between them.
 *
 * Source: Doroshenko, Ghazi, Kamath, Kumar, Manurangsi, "Connect the Dots: Tighter Discrete Approximations of Privacy Loss Distributions" (2022).
 */
export function gridOf(loss: PrivacyLoss, width: number): LossGrid {
  const first = Math.floor(loss.least / width)
  const last = Math.ceil(loss.most / width)
  const masses = new Float64Array(last - first + 1)
  let tails = loss.at(first * width)
  // What lies below the grid moves up to its first value.
  masses[0] = tails.trueBelow
  for (let index = 0; index < last - first; index++) {
    const next = loss.at((first + index + 1) * width)
    const { mass, upper } = splitOf(tails, next, (first + index) * width, width)
    masses[index]! += mass - upper
    masses[index + 1]! += upper
    tails = next
  }
  return { width, first, masses, infinite: tails.trueAbove }
}

/** The probability of a cell, and the part of it that goes to the upper end. */
function splitOf(lower: LossTails, higher: LossTails, from: number, width: number): { mass: number; upper: number } {
  const mass = between(lower.trueAbove, lower.trueBelow, higher.trueAbove, higher.trueBelow)
  const neighbour = between(lower.neighbourAbove, lower.neighbourBelow, higher.neighbourAbove, higher.neighbourBelow)
  const upper = (mass - Math.exp(from + Math.log(neighbour))) / -Math.expm1(-width)
  return { mass, upper: Math.min(mass, Math.max(0, upper)) }
}

/** The probability between two points, from the tails that are smaller. */
function between(aboveFrom: number, belowFrom: number, aboveTo: number, belowTo: number): number {
  return Math.max(0, aboveFrom < belowTo ? aboveFrom - aboveTo : belowTo - belowFrom)
}
