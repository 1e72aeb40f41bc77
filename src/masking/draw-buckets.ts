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
 * Members in the order in which the chain takes them: by falling weight, and within a weight by keccak256(seed, task, epoch, member), rising.
 *
 * @param members all of the snapshot of the epoch
 */
export function inDrawOrder<M extends BucketMember>({ seed, task, epoch }: Omit<BucketDraw, 'size'>, members: readonly M[]): M[] {
  const lots = new Map(
    members.map(({ member }) => [member, toHex(keccak(concat([fromHex(seed), word(task), word(epoch), word(BigInt(member))])))]),
  )
  return members.toSorted((a, b) =>
    a.weight === b.weight ? (lots.get(a.member)! < lots.get(b.member)! ? -1 : 1) : a.weight < b.weight ? 1 : -1,
  )
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
