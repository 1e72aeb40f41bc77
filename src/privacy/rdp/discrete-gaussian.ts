import { checkPositive, refused } from '../parameters.ts'
import type { IntegerNoise } from './skellam.ts'

/** Noise of several members, each of whom draws a discrete Gaussian of its own. */
export interface DiscreteGaussianShares extends Pick<IntegerNoise, 'l2' | 'l1'> {
  /** The σ parameter of one share, in integer units. */
  localDeviation: number
  /** How many shares the sum holds; 1 for one trusted source. Count only those of honest members (`countedShares`). */
  shares: number
  /** Coordinates of the vector. */
  dimensions: number
}

/**
 * Rényi divergence of the sum of discrete Gaussians on an integer vector.
 *
 * A sum of discrete Gaussians is no discrete Gaussian; `closeness` bounds how far it is from one. With one share it is 0, and the divergence
 * that of the Gaussian (Canonne, Kamath, Steinke 2020, theorem 4).
 *
 * Source: Kairouz, Liu, Steinke, "The Distributed Discrete Gaussian Mechanism for Federated Learning with Secure Aggregation" (2021),
 * proposition 14.
 *
 * @throws QuorateError PRIVACY_PARAMETER
 */
export function discreteGaussianRdp(noise: DiscreteGaussianShares, order: number): number {
  const { l2, l1, localDeviation, shares, dimensions } = noise
  checkPositive('the L2 sensitivity', l2)
  checkPositive('the L1 sensitivity', l1)
  checkPositive('the number of dimensions', dimensions)
  const apart = closeness(localDeviation, shares)
  const deviation = Math.sqrt(shares) * localDeviation
  const scale = l2 / deviation
  const onCoordinates = (order / 2) * scale ** 2 + apart * dimensions
  const onSum = (order / 2) * (scale ** 2 + (2 * l1 * apart) / deviation + apart ** 2 * dimensions)
  const onNorm = (order / 2) * (scale + Math.sqrt(dimensions) * apart) ** 2
  return Math.min(onCoordinates, onSum, onNorm)
}

/**
 * τ = 10 Σ exp(−2π²σ²k/(k+1)) for k from 1 to shares − 1: how far a sum of discrete Gaussians of deviation σ is from a discrete Gaussian.
 *
 * @throws QuorateError PRIVACY_PARAMETER
 * @example closeness(1, 2) // 0.00052: with a deviation of 2 it is 7e-17
 */
export function closeness(localDeviation: number, shares: number): number {
  checkPositive('the deviation of a share', localDeviation)
  if (!Number.isSafeInteger(shares) || shares < 1) throw refused('the number of shares', shares, 'a whole number from 1')
  let sum = 0
  for (let k = 1; k < shares; k++) sum += Math.exp((-2 * Math.PI ** 2 * localDeviation ** 2 * k) / (k + 1))
  return 10 * sum
}
