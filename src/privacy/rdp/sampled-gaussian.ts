import { checkSampledGaussian } from '../parameters.ts'
import type { SampledGaussian } from '../parameters.ts'
import { logSum } from '../numerics/log-sum.ts'
import { gaussianRdp } from './gaussian.ts'
import { logFractionalExcess } from './fractional-excess.ts'

/** With less noise than this the integral takes thousands of points, and ε is in the hundreds: the chord is good enough. */
const LEAST_NOISE_TO_INTEGRATE = 0.2

/**
 * Rényi divergence of one Poisson-sampled Gaussian step at an order, for neighbours that differ by one record added or removed.
 *
 * The divergence is ln(1 + excess) / (order − 1), where the excess is E[(P/Q)^order] − 1. Both ways to the excess below add positive terms
 * only, so a tiny divergence keeps its digits.
 *
 * Source: Mironov, Talwar, Zhang, "Rényi Differential Privacy of the Sampled Gaussian Mechanism" (2019), theorems 4 and 5: the direction
 * with the sampled mixture in the numerator is the larger one.
 *
 * @param order above 1, whole or not
 * @returns ∞ without noise, and 0 if no record is ever sampled
 * @throws QuorateError PRIVACY_PARAMETER
 * @example sampledGaussianRdp({ noiseMultiplier: 1.1, samplingRate: 0.01 }, 8)
 */
export function sampledGaussianRdp(step: SampledGaussian, order: number): number {
  checkSampledGaussian(step)
  const { noiseMultiplier, samplingRate } = step
  if (samplingRate === 0) return 0
  if (noiseMultiplier === 0) return Infinity
  if (samplingRate === 1) return gaussianRdp(noiseMultiplier, order)
  if (order === Infinity) return Infinity
  return logMoment(step, order) / (order - 1)
}

/** ln E[(P/Q)^order]. */
function logMoment(step: SampledGaussian, order: number): number {
  if (Number.isInteger(order)) return logOnePlus(logWholeExcess(step, order))
  if (step.noiseMultiplier >= LEAST_NOISE_TO_INTEGRATE) return logOnePlus(logFractionalExcess(step, order))
  // The logarithm of a moment is convex in its order: the chord between the next whole orders lies above it.
  const lower = Math.floor(order)
  const share = order - lower
  return (1 - share) * logMoment(step, lower) + share * logMoment(step, lower + 1)
}

/** ln Σ C(order, k) (1−q)^(order−k) q^k (exp(k(k−1)/2σ²) − 1); the terms of k = 0 and 1 vanish. */
function logWholeExcess({ noiseMultiplier, samplingRate }: SampledGaussian, order: number): number {
  const terms: number[] = []
  let logBinomial = Math.log(order)
  for (let k = 2; k <= order; k++) {
    logBinomial += Math.log((order - k + 1) / k)
    const power = (k * (k - 1)) / (2 * noiseMultiplier ** 2)
    terms.push(
      logBinomial + k * Math.log(samplingRate) + (order - k) * Math.log1p(-samplingRate) + power + Math.log(-Math.expm1(-power)),
    )
  }
  return logSum(terms)
}

/** ln(1 + eˣ). */
function logOnePlus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))
}
