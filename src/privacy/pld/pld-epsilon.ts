import { checkDelta, checkSampledGaussian, checkSteps, refused } from '../parameters.ts'
import type { PrivacyEvent } from '../parameters.ts'
import { composeLosses } from './compose.ts'
import { gridOf } from './loss-grid.ts'
import type { LossGrid } from './loss-grid.ts'
import { privacyLoss } from './privacy-loss.ts'
import type { Direction } from './privacy-loss.ts'
import { tailBounds } from './tail-bounds.ts'
import { chooseWidth } from './width.ts'
import { deltaAt, epsilonAt } from './read-curve.ts'

/** Rounding of the Fourier transform is of the order 1e−14: a smaller δ than this would lose digits to it. */
export const LEAST_PLD_DELTA = 1e-10
/** All that is cut off is at most this part of δ. */
const CUT_OFF = 1e-4
/** More values than this take seconds and memory. A wider grid is still a bound, and less tight. */
const MOST_OF_SUM = 2 ** 19

/**
 * The ε that steps of DP-SGD have spent at a δ, by composing privacy loss distributions: the tight number, to about 0.1 % and from above.
 *
 * Source: Koskela, Jälkö, Honkela, "Computing Tight Differential Privacy Guarantees Using FFT" (2020); the loss is put on a grid by connecting
 * the dots (`gridOf`). The larger of both directions counts: a record added and a record removed.
 *
 * @param delta from 1e-10: below it, use `epsilonOf`
 * @returns 0 for no steps, ∞ for a step without noise
 * @throws QuorateError PRIVACY_PARAMETER
 * @example pldEpsilon([{ noiseMultiplier: 1.1, samplingRate: 0.01, steps: 10_000 }], 1e-5) // 5.19…
 */
export function pldEpsilon(events: readonly PrivacyEvent[], delta: number): number {
  checkPldDelta(delta)
  return overDirections(events, delta, (curve) => epsilonAt(curve, delta), Infinity)
}

/**
 * The δ of the same steps at an ε.
 *
 * @param epsilon from 0
 * @param least what is cut off is a ten-thousandth of this δ; answers far below it are not exact
 * @throws QuorateError PRIVACY_PARAMETER
 */
export function pldDelta(events: readonly PrivacyEvent[], epsilon: number, least = 1e-8): number {
  if (!(epsilon >= 0)) throw refused('epsilon', epsilon, 'a number from 0')
  checkPldDelta(least)
  return overDirections(events, least, (curve) => Math.min(1, deltaAt(curve, epsilon)), 1)
}

function checkPldDelta(delta: number): void {
  checkDelta(delta)
  if (delta < LEAST_PLD_DELTA) throw refused('delta', delta, `a delta from ${LEAST_PLD_DELTA} for this bound`)
}

/** The larger answer of both directions: 0 for nothing released, `worst` for a step without noise. */
function overDirections(
  events: readonly PrivacyEvent[],
  delta: number,
  read: (curve: LossGrid) => number,
  worst: number,
): number {
  for (const event of events) {
    checkSampledGaussian(event)
    checkSteps(event.steps)
  }
  const taken = events.filter(({ steps, samplingRate }) => steps > 0 && samplingRate > 0)
  if (taken.length === 0) return 0
  if (taken.some(({ noiseMultiplier }) => noiseMultiplier === 0)) return worst
  // With every record in every step both directions are mirror images of each other.
  const directions: Direction[] = taken.every(({ samplingRate }) => samplingRate === 1) ? ['removed'] : ['removed', 'added']
  return Math.max(...directions.map((direction) => read(lossOf(taken, direction, delta))))
}

/** The loss of all events in one direction, on a grid that is as fine as its sum allows. */
function lossOf(events: readonly PrivacyEvent[], direction: Direction, delta: number): LossGrid {
  const steps = events.reduce((sum, event) => sum + event.steps, 0)
  const tail = (CUT_OFF * delta) / 2
  const losses = events.map((event) => privacyLoss(event, direction, tail / steps))
  for (let width = chooseWidth(events, losses); ;) {
    const repeated = losses.map((loss, index) => ({ grid: gridOf(loss, width), times: events[index]!.steps }))
    const range = tailBounds(repeated, tail)
    const values = (range.most - range.least) / width
    if (values <= MOST_OF_SUM) return composeLosses(repeated, range, tail)
    width *= values / MOST_OF_SUM + 1
  }
}
