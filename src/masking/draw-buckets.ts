import { concat, fromHex, keccak, toHex, word } from '../protocol/index.ts'
import type { Address, Hash } from '../protocol/index.ts'
import { checkBucketSize } from './bucket-size.ts'

export interface BucketMember {
  member: Address
  slot: number
  /** Token wei. */
  weight: bigint
}

export interface BucketDraw {
  /** Randomness of the chain that nobody could choose. */
  seed: Hash
  task: bigint
  /** The buckets stay for all round numbers of the epoch: buckets that change show single members over time (So et al. 2021). */
  epoch: bigint
  size: number
}

export interface Buckets<M> {
  /** Of `size` members each, in the order of their lots; the members of a bucket by slot. */
  buckets: M[][]
  /** Members for whom no bucket is left: fewer than `size` of their weight. They have no row, or one that everybody sees. */
  alone: M[]
}

/**
 * Draws the buckets of an epoch. Only members of equal weight share one: the weight of a bucket is then known, and no row counts more than another in its sum. Within
 * a weight, the order of keccak256(seed, task, epoch, member) decides.
 *
 * @throws RangeError for a size outside 3 to 8
 * @example const { buckets, alone } = drawBuckets({ seed, task: 1n, epoch: 3n, size: 4 }, members)
 */
export function drawBuckets<M extends BucketMember>(draw: BucketDraw, members: readonly M[]): Buckets<M> {
  const { seed, task, epoch, size } = draw
  checkBucketSize(size)
  const lots = new Map(
    members.map(({ member }) => [member, toHex(keccak(concat([fromHex(seed), word(task), word(epoch), word(BigInt(member))])))]),
  )
  const weights = [...new Set(members.map(({ weight }) => weight))].toSorted((a, b) => (a < b ? 1 : -1))
  const drawn: Buckets<M> = { buckets: [], alone: [] }
  for (const weight of weights) {
    const equal = members
      .filter((member) => member.weight === weight)
      .toSorted((a, b) => (lots.get(a.member)! < lots.get(b.member)! ? -1 : 1))
    const whole = equal.length - (equal.length % size)
    for (let from = 0; from < whole; from += size)
      drawn.buckets.push(equal.slice(from, from + size).toSorted((a, b) => a.slot - b.slot))
    drawn.alone.push(...equal.slice(whole))
  }
  return drawn
}
