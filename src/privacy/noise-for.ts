import { QuorateError } from '../core/index.ts'
import { epsilonOf } from './epsilon-of.ts'
import { checkBudget, checkSampledGaussian, checkSteps } from './parameters.ts'
import type { PrivacyBudget, PrivacyEvent } from './parameters.ts'

/** Relative width at which the search ends. The answer is its upper end, so it always keeps the budget. */
const PRECISION = 1e-6
/** No training survives so much noise. */
const MOST_NOISE = 2 ** 20

export interface NoiseForOptions extends PrivacyBudget {
  samplingRate: number
  steps: number
  /** The bound to search under; `epsilonOf` by default. It must fall with the noise. */
  bound?: (events: readonly PrivacyEvent[], delta: number) => number
  /** Relative precision of the answer. */
  precision?: number
}

/**
 * The smallest noise multiplier that keeps a budget over some steps, rounded up in its sixth digit.
 *
 * @throws QuorateError PRIVACY_PARAMETER for nonsense, PRIVACY_UNREACHABLE if no noise keeps the budget
 * @example noiseFor({ epsilon: 8, delta: 1e-5, samplingRate: 0.04, steps: 2000 }) // 1.356…
 */
export function noiseFor({
  epsilon,
  delta,
  samplingRate,
  steps,
  bound = epsilonOf,
  precision = PRECISION,
}: NoiseForOptions): number {
  checkBudget({ epsilon, delta })
  checkSampledGaussian({ noiseMultiplier: 0, samplingRate })
  checkSteps(steps)
  const keeps = (noiseMultiplier: number): boolean => bound([{ noiseMultiplier, samplingRate, steps }], delta) <= epsilon
  if (keeps(0)) return 0
  let enough = 1
  while (!keeps(enough)) {
    enough *= 2
    if (enough > MOST_NOISE)
      throw new QuorateError('PRIVACY_UNREACHABLE', `no noise keeps epsilon ${epsilon} at delta ${delta} over ${steps} steps`, {
        details: { epsilon, delta, samplingRate, steps },
      })
  }
  let tooLittle = enough / 2
  while (keeps(tooLittle)) [enough, tooLittle] = [tooLittle, tooLittle / 2]
  while (enough - tooLittle > precision * enough) {
    const middle = (enough + tooLittle) / 2
    if (keeps(middle)) enough = middle
    else tooLittle = middle
  }
  return enough
}
