import { inDrawOrder } from '../protocol/index.ts'
import type { DrawCandidate, DrawSeed } from '../protocol/index.ts'
import { checkBucketSize } from './bucket-size.ts'

export interface BucketMember extends DrawCandidate {
  slot: number
}

export interface BucketDraw extends DrawSeed {
  size: number
}

export interface Buckets<M> {
  /** Of `size` members each, in the order of their lots; the members of a bucket by slot. */
  buckets: M[][]
  /** Members for whom no bucket is left: fewer than `size` of their weight. They have no row, or one that everybody sees. */
  alone: M[]
}

/**
 * Draws the buckets of an epoch, as `contracts/rounds/BucketDraw.sol` does. Only members of equal weight share one: the weight of a bucket is then known, and no row counts more than
 * another in its sum.
 *
 * @param members those of the snapshot that have a key for masks
 * @throws RangeError for a size outside 3 to 8
 * @example const { buckets, alone } = drawBuckets({ seed, task: 1n, epoch: 3n, size: 4 }, members)
 */
export function drawBuckets<M extends BucketMember>(draw: BucketDraw, members: readonly M[]): Buckets<M> {
  const { size } = draw
  checkBucketSize(size)
  const ordered = inDrawOrder(draw, members)
  const drawn: Buckets<M> = { buckets: [], alone: [] }
  for (const weight of new Set(ordered.map((member) => member.weight))) {
    const equal = ordered.filter((member) => member.weight === weight)
    const whole = equal.length - (equal.length % size)
    for (let from = 0; from < whole; from += size)
      drawn.buckets.push(equal.slice(from, from + size).toSorted((a, b) => a.slot - b.slot))
    drawn.alone.push(...equal.slice(whole))
  }
  return drawn
}
