import type { Random } from '../random.ts'
import { shuffle } from '../random.ts'

export interface ShardSplitOptions {
  labels: Uint8Array
  members: number
  /** Shards per member. */
  shards: number
  random: Random
}

/** The split of McMahan et al. 2017: sort by label, cut into members × shards equal pieces, deal each member that many at random. */
export function shardSplit({ labels, members, shards, random }: ShardSplitOptions): number[][] {
  const sorted = Array.from(labels.keys()).sort((a, b) => labels[a]! - labels[b]! || a - b)
  const pieces = members * shards
  const order = shuffle(
    Array.from({ length: pieces }, (_, piece) => piece),
    random,
  )
  const border = (piece: number): number => Math.floor((piece * sorted.length) / pieces)
  return Array.from({ length: members }, (_, member) =>
    order.slice(member * shards, (member + 1) * shards).flatMap((piece) => sorted.slice(border(piece), border(piece + 1))),
  )
}
