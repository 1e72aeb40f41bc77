import { checkPositive, refused } from './parameters.ts'

const BPS = 10_000

/**
 * Largest Euclidean norm of a vector after stochastic rounding to integers.
 *
 * Source: Kairouz, Liu, Steinke (2021), theorem 1. With `retryShare` 0 the rounding is taken as it falls; otherwise a member draws it again
 * until the norm is at most this bound, which fails for at most that share of draws.
 *
 * @param l2 bound of the norm before rounding, in integer units
 */
export function roundedL2(l2: number, dimensions: number, retryShare: number): number {
  checkPositive('the norm', l2)
  checkPositive('the number of dimensions', dimensions)
  if (!(retryShare >= 0 && retryShare < 1))
    throw refused('the share of repeated draws', retryShare, 'a number from 0 and below 1')
  const always = l2 + Math.sqrt(dimensions)
  if (retryShare === 0) return always
  const spread = Math.sqrt(2 * Math.log(1 / retryShare)) * (l2 + Math.sqrt(dimensions) / 2)
  return Math.min(always, Math.sqrt(l2 ** 2 + dimensions / 4 + spread))
}

/** Largest sum of absolute values of an integer vector with a Euclidean norm: √d·norm by Cauchy and Schwarz, norm² as |x| ≤ x² for integers. */
export function integerL1(l2: number, dimensions: number): number {
  checkPositive('the norm', l2)
  checkPositive('the number of dimensions', dimensions)
  return l2 * Math.min(Math.sqrt(dimensions), l2)
}

/**
 * How many shares of noise count if some members may have added none. Noise is not verifiable, so the Byzantine share of a sum is taken to
 * have left it out.
 *
 * @param byzantineBps assumed share of Byzantine members, in ten-thousandths
 * @example countedShares(4, 2500) // 3
 */
export function countedShares(members: number, byzantineBps: number): number {
  if (!Number.isSafeInteger(members) || members < 1) throw refused('the number of members', members, 'a whole number from 1')
  if (!Number.isInteger(byzantineBps) || byzantineBps < 0 || byzantineBps > BPS)
    throw refused('the Byzantine share', byzantineBps, `a whole number from 0 to ${BPS}`)
  return Math.floor((members * (BPS - byzantineBps)) / BPS)
}
