import type { PrivacyEvent } from '../parameters.ts'
import { sampledGaussianRdp } from '../rdp/sampled-gaussian.ts'
import type { PrivacyLoss } from './privacy-loss.ts'

/** The lowest order of the grid: twice the divergence near order 1 is the variance of the loss, exactly so for a Gaussian. */
const ORDER = 1.1
/** Connecting the dots adds at most a quarter of the squared width to the variance of one step. */
const WIDTHS_PER_STEP = 32
/** The curve δ(ε) bends over a tenth of the deviation of the sum. */
const WIDTHS_PER_SUM = 100
/** More values than this take seconds and memory. A wider grid is still a bound, and less tight. */
const MOST_OF_STEP = 2 ** 17

/**
 * The width of the grid on which losses are composed: fine against the loss of every single step, and against their sum.
 *
 * @param losses of the events, one for each
 */
export function chooseWidth(events: readonly PrivacyEvent[], losses: readonly PrivacyLoss[]): number {
  const variances = events.map((event) => (2 / ORDER) * sampledGaussianRdp(event, ORDER))
  const ofSum = Math.sqrt(variances.reduce((sum, variance, index) => sum + events[index]!.steps * variance, 0))
  const ofSteps = Math.sqrt(Math.min(...variances))
  const fine = Math.min(ofSteps / WIDTHS_PER_STEP, ofSum / WIDTHS_PER_SUM)
  const spanOfStep = Math.max(...losses.map(({ least, most }) => most - least))
  return Math.max(fine, spanOfStep / MOST_OF_STEP)
}
