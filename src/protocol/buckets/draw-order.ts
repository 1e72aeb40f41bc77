import { concat, fromHex, toHex, word } from '../bytes.ts'
import { keccak } from '../hash.ts'
import type { Address, Hash } from '../types.ts'

/** What decides about a member's place in a draw. */
export interface DrawCandidate {
  member: Address
  /** Token wei. */
  weight: bigint
}

/** What the buckets of an epoch are drawn with. */
export interface DrawSeed {
  /** Randomness of the chain that nobody could choose. */
  seed: Hash
  task: bigint
  /** The buckets stay for all round numbers of the epoch: buckets that change show single members over time (So et al. 2021). */
  epoch: bigint
}

/**
 * Members in the order in which the chain takes them: by falling weight, and within a weight by keccak256(seed, task, epoch, member), rising.
 *
 * @param members all of the snapshot of the epoch
 */
export function inDrawOrder<M extends DrawCandidate>({ seed, task, epoch }: DrawSeed, members: readonly M[]): M[] {
  const lots = new Map(
    members.map(({ member }) => [member, toHex(keccak(concat([fromHex(seed), word(task), word(epoch), word(BigInt(member))])))]),
  )
  return members.toSorted((a, b) =>
    a.weight === b.weight ? (lots.get(a.member)! < lots.get(b.member)! ? -1 : 1) : a.weight < b.weight ? 1 : -1,
  )
}
