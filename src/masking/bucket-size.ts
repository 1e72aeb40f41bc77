/** In a bucket of two, each member learns the row of the other: the sum without its own. */
export const SMALLEST_BUCKET = 3
/** Larger buckets leave too few values to each member. */
export const LARGEST_BUCKET = 8

/**
 * The largest value of one member's row, so that the sum of a bucket fits an int8: ⌊127 / size⌋.
 *
 * @param size members of a bucket, 3 to 8
 * @throws RangeError for another size
 * @example mostValue(4) // 31
 */
export function mostValue(size: number): number {
  checkBucketSize(size)
  return Math.floor(127 / size)
}

/** @throws RangeError */
export function checkBucketSize(size: number): void {
  if (!Number.isInteger(size) || size < SMALLEST_BUCKET || size > LARGEST_BUCKET)
    throw new RangeError(`a bucket has ${SMALLEST_BUCKET} to ${LARGEST_BUCKET} members, not ${size}`)
}
