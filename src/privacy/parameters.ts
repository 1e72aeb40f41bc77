import { QuorateError } from '../core/index.ts'

/** One step of DP-SGD: a Poisson sample of the records, gradients clipped one by one, Gaussian noise on their sum. */
export type SampledGaussian = {
  /** Standard deviation of the noise in units of the clipping norm; 0 adds no noise. */
  noiseMultiplier: number
  /** Probability with which each record enters a step, from 0 to 1. */
  samplingRate: number
}

/** Some steps of the same noise and sampling rate. */
export type PrivacyEvent = SampledGaussian & { steps: number }

/** What a member allows itself to spend. */
export interface PrivacyBudget {
  epsilon: number
  delta: number
}

/** @throws QuorateError PRIVACY_PARAMETER */
export function checkSampledGaussian({ noiseMultiplier, samplingRate }: SampledGaussian): void {
  if (!(noiseMultiplier >= 0)) throw refused('the noise multiplier', noiseMultiplier, 'a number from 0')
  if (!(samplingRate >= 0 && samplingRate <= 1)) throw refused('the sampling rate', samplingRate, 'a number from 0 to 1')
}

/** @throws QuorateError PRIVACY_PARAMETER */
export function checkSteps(steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 0) throw refused('the number of steps', steps, 'a whole number from 0')
}

/** @throws QuorateError PRIVACY_PARAMETER */
export function checkDelta(delta: number): void {
  if (!(delta > 0 && delta < 1)) throw refused('delta', delta, 'a number above 0 and below 1')
}

/** @throws QuorateError PRIVACY_PARAMETER */
export function checkBudget({ epsilon, delta }: PrivacyBudget): void {
  if (!(epsilon > 0 && epsilon < Infinity)) throw refused('epsilon', epsilon, 'a number above 0')
  checkDelta(delta)
}

/** @throws QuorateError PRIVACY_PARAMETER */
export function checkPositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw refused(name, value, 'a number above 0')
}

export function refused(name: string, value: number, expected: string): QuorateError {
  return new QuorateError('PRIVACY_PARAMETER', `${name} is ${value}; the accountant takes ${expected}`, {
    details: { parameter: name, value },
  })
}
