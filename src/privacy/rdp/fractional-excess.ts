import { logSum } from '../numerics/log-sum.ts'
import type { SampledGaussian } from '../parameters.ts'

/** Beyond so many standard deviations the normal density is below e^−40 of its peak. */
const TAIL = 9
/** Below this the difference of two near numbers is taken from its series. */
const SMALL = 1e-3
/** Above this the rest of a sum is smaller than its last digit, or nearly. */
const LARGE = 30

/**
 * ln(E[(1 + u)^order] − 1) for x ~ N(0, σ²) and 1 + u = 1 − q + q·exp((2x − 1)/2σ²), the likelihood ratio of a sampled Gaussian step.
 *
 * As E[u] = 0, the excess is E[(1 + u)^order − 1 − order·u], which is nowhere negative. The trapezoidal rule integrates it to about 14
 * digits: the integrand is analytic in the strip of half width πσ², so the error falls as exp(−2π²σ²/h), and as exp(−2π²σ²/h²) for the
 * density (Trefethen and Weideman, "The Exponentially Convergent Trapezoidal Rule", 2014).
 *
 * @param order above 1
 */
export function logFractionalExcess({ noiseMultiplier: sigma, samplingRate }: SampledGaussian, order: number): number {
  const width = Math.min(sigma ** 2 / 2, sigma / 1.5)
  const points = Math.ceil((order + 2 * TAIL * sigma) / width)
  const logs: number[] = []
  for (let index = 0; index <= points; index++) {
    const x = -TAIL * sigma + index * width
    logs.push(-(x ** 2) / (2 * sigma ** 2) + logAboveTangent((2 * x - 1) / (2 * sigma ** 2), samplingRate, order))
  }
  return logSum(logs) + Math.log(width / (sigma * Math.sqrt(2 * Math.PI)))
}

/** ln((1 + u)^order − 1 − order·u), by how far a power lies above its tangent at 1; 1 + u = 1 − q + q·e^loss. */
function logAboveTangent(loss: number, samplingRate: number, order: number): number {
  const u = samplingRate * Math.expm1(loss)
  if (Math.abs(u) * order < SMALL) {
    const next = ((order - 2) / 3) * u
    return Math.log((order * (order - 1)) / 2) + 2 * Math.log(Math.abs(u)) + Math.log1p(next + (next * (order - 3) * u) / 4)
  }
  // 1 − q + q·e^loss without overflow for large losses.
  const ratio = loss > LARGE ? loss + Math.log(samplingRate + (1 - samplingRate) * Math.exp(-loss)) : Math.log1p(u)
  const power = order * ratio
  if (power < LARGE) return Math.log(Math.expm1(power) - order * u)
  return power + Math.log1p(-Math.exp(-power) - order * (Math.exp(ratio - power) - Math.exp(-power)))
}
