import type { PrivacyEvent } from '../parameters.ts'
import { sampledGaussianRdp } from '../rdp/sampled-gaussian.ts'

/** The lowest order of the grid: twice the divergence near order 1 is the variance of the loss, exactly so for a Gaussian. */
const ORDER = 1.1
/** Connecting the dots adds at most a quarter of the squared width to the variance of one step. */
const WIDTHS_PER_STEP = 32
/** The curve δ(ε) bends over a tenth of the deviation of the sum. */
const WIDTHS_PER_SUM = 100
/** Where the sum ends, in deviations on either side, roughly. */
const SPAN = 20
/** More values than this take seconds, and change the answer in its fifth digit. */
const MOST_VALUES = 2 ** 19

/** The width of the grid on which losses are composed: fine against the loss of every single step, and against their sum. */
export function chooseWidth(events: readonly PrivacyEvent[]): number {
  const variances = events.map((event) => (2 / ORDER) * sampledGaussianRdp(event, ORDER))
  const ofSum = Math.sqrt(variances.reduce((sum, variance, index) => sum + events[index]!.steps * variance, 0))
  const ofSteps = Math.sqrt(Math.min(...variances))
  const fine = Math.min(ofSteps / WIDTHS_PER_STEP, ofSum / WIDTHS_PER_SUM)
  return Math.max(fine, (SPAN * ofSum) / MOST_VALUES)
}
