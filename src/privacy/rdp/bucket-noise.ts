import { countedShares } from '../integer-sensitivity.ts'
import { skellamRdp } from './skellam.ts'
import type { IntegerNoise } from './skellam.ts'

/** Skellam noise that the members of a bucket add, a share each. */
export interface BucketNoise extends Omit<IntegerNoise, 'variance'> {
  /** Variance of the share that each member adds, in units of an int8 row. */
  share: number
  /** Rows of the sum: those of a bucket of four that lost one are three. */
  rows: number
  /** Assumed share of members that add no noise, or know theirs and tell: in ten-thousandths. */
  byzantineBps: number
}

/**
 * Rényi divergence of the sum of a bucket, of which only the shares of honest members count: nobody can see whether a member added its own.
 *
 * @throws QuorateError PRIVACY_PARAMETER
 * @example bucketRdp({ share: 50, rows: 3, byzantineBps: 2500, l2: 60, l1: 3600 }, 8) // the divergence of a variance of 100
 */
export function bucketRdp({ share, rows, byzantineBps, l2, l1 }: BucketNoise, order: number): number {
  return skellamRdp({ variance: share * countedShares(rows, byzantineBps), l2, l1 }, order)
}
