import { checkPositive } from '../parameters.ts'

/** Integer noise on an integer vector, and how far one member or record can move that vector. */
export interface IntegerNoise {
  /** Variance of the noise on each coordinate of the sum. Count only the shares of honest members (`countedShares`). */
  variance: number
  /** Largest change of the sum in the Euclidean norm, in integer units, after rounding (`roundedL2`). */
  l2: number
  /** The same in the sum of absolute values (`integerL1`). */
  l1: number
}

/**
 * Rényi divergence of Skellam noise (the difference of two Poisson variables of mean variance/2) on an integer vector.
 *
 * Source: Agarwal, Kairouz, Liu, "The Skellam Mechanism for Differentially Private Federated Learning" (2021), theorem 3.5. It is proved for whole
 * orders; a divergence rises with its order, so an order between takes the next whole one.
 *
 * @throws QuorateError PRIVACY_PARAMETER
 * @example skellamRdp({ variance: 1e6, l2: 100, l1: 10_000 }, 8)
 */
export function skellamRdp({ variance, l2, l1 }: IntegerNoise, order: number): number {
  checkIntegerNoise({ variance, l2, l1 })
  const whole = Math.ceil(order)
  const gaussian = (whole * l2 ** 2) / (2 * variance)
  const byBoth = ((2 * whole - 1) * l2 ** 2 + 6 * l1) / (4 * variance ** 2)
  const bySum = (3 * l1) / (2 * variance)
  return gaussian + Math.min(byBoth, bySum)
}

/** @throws QuorateError PRIVACY_PARAMETER */
export function checkIntegerNoise({ variance, l2, l1 }: IntegerNoise): void {
  checkPositive('the variance of the noise', variance)
  checkPositive('the L2 sensitivity', l2)
  checkPositive('the L1 sensitivity', l1)
}
