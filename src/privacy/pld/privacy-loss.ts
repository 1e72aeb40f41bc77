import { normalCdf } from '../numerics/log-erfc.ts'
import type { SampledGaussian } from '../parameters.ts'

/**
 * Which of two neighbours is the true data: `removed` asks what is learnt if the record was there (the sampled mixture is true), `added` if
 * it was not (the plain noise is true). A guarantee holds for both.
 */
export type Direction = 'removed' | 'added'

/** Where the privacy loss of one step lies. */
export interface PrivacyLoss {
  /** Losses outside have together less than the tail's probability under the true data. */
  least: number
  most: number
  /** Probabilities that the loss exceeds a value, and that it does not, under the true data and under its neighbour. */
  at(loss: number): LossTails
}

/** Both tails, because the difference of two numbers near 1 has no digits left. */
export interface LossTails {
  trueAbove: number
  trueBelow: number
  neighbourAbove: number
  neighbourBelow: number
}

/**
 * The privacy loss of one step of the sampled Gaussian: ln(P/Q) at a point x drawn from the true P.
 *
 * With the mixture M = (1−q)N(0, σ²) + qN(1, σ²) and the noise N = N(0, σ²), ln(M/N) at x is ln(1 − q + q·exp((2x − 1)/2σ²)), which rises with x.
 * For a record that was added the loss is its negative, at x drawn from N.
 *
 * @param tail probability that may lie outside [least, most]; it also bounds the range of x
 */
export function privacyLoss(step: SampledGaussian, direction: Direction, tail: number): PrivacyLoss {
  const sigma = step.noiseMultiplier
  // Chernoff: a normal variable exceeds so many deviations with less than half the tail's probability.
  const reach = sigma * Math.sqrt(2 * Math.log(1 / tail))
  if (direction === 'removed')
    return {
      least: logRatio(step, -reach),
      most: logRatio(step, 1 + reach),
      at: (loss) => {
        const { mixture, noise } = tailsAt(step, pointOf(step, loss))
        return { trueAbove: mixture.above, trueBelow: mixture.below, neighbourAbove: noise.above, neighbourBelow: noise.below }
      },
    }
  return {
    least: -logRatio(step, reach),
    most: -logRatio(step, -reach),
    at: (loss) => {
      // The loss exceeds a value where x lies below the point of its negative.
      const { mixture, noise } = tailsAt(step, pointOf(step, -loss))
      return { trueAbove: noise.below, trueBelow: noise.above, neighbourAbove: mixture.below, neighbourBelow: mixture.above }
    },
  }
}

/** ln(M/N) at x, without overflow. */
function logRatio({ noiseMultiplier: sigma, samplingRate: q }: SampledGaussian, x: number): number {
  const loss = (2 * x - 1) / (2 * sigma ** 2)
  if (q === 1) return loss
  return loss > 0 ? loss + Math.log(q + (1 - q) * Math.exp(-loss)) : Math.log1p(q * Math.expm1(loss))
}

/** The x at which ln(M/N) has a value; −∞ if it is larger everywhere. */
function pointOf({ noiseMultiplier: sigma, samplingRate: q }: SampledGaussian, ratio: number): number {
  const inner = shiftedLoss(q, ratio)
  return Number.isNaN(inner) ? -Infinity : sigma ** 2 * inner + 0.5
}

/** ln((e^ratio − 1 + q) / q), which is (2x − 1)/2σ²; NaN where the logarithm has no value. */
function shiftedLoss(q: number, ratio: number): number {
  if (q === 1) return ratio
  return ratio > 1 ? ratio + Math.log((1 - (1 - q) * Math.exp(-ratio)) / q) : Math.log1p(Math.expm1(ratio) / q)
}

function tailsAt({ noiseMultiplier: sigma, samplingRate: q }: SampledGaussian, x: number) {
  const noise = { above: normalCdf(-x / sigma), below: normalCdf(x / sigma) }
  const shifted = { above: normalCdf((1 - x) / sigma), below: normalCdf((x - 1) / sigma) }
  const mix = (plain: number, moved: number): number => (1 - q) * plain + q * moved
  return { noise, mixture: { above: mix(noise.above, shifted.above), below: mix(noise.below, shifted.below) } }
}
