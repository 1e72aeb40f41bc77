import { parsePartition, partitionSamples } from '../training/index.ts'
import type { Cell } from './grid.ts'

/**
 * Sample indices of each member. Attackers get a share like all members, except for `gamma`. There only the honest
 * members share the samples, as in the experiments of ByzFL, and an attacker gets a copy of an honest share.
 */
export function dealShares(
  { partition: text, members, seed }: Cell,
  { labels, classes, attackers }: { labels: Uint8Array; classes: number; attackers: number },
): Uint32Array[] {
  const partition = parsePartition(text)
  const owners = partition.kind === 'gamma' ? members - attackers : members
  const shares = partitionSamples({ partition, labels, classes, members: owners, seed })
  return Array.from({ length: members }, (_, member) => shares[member % owners]!)
}
