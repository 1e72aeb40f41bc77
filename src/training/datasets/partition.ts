import { QuorateError } from '../../core/errors.ts'
import { createRandom } from '../random.ts'
import type { Random } from '../random.ts'
import { dirichletSplit } from './dirichlet-split.ts'
import { gammaSplit } from './gamma-split.ts'
import { shardSplit } from './shard-split.ts'

/** How a public data set is cut into the private shares of a demonstration or an experiment. */
export type Partition =
  | { kind: 'dirichlet'; alpha: number }
  | { kind: 'shards'; shards: number }
  | { kind: 'gamma'; gamma: number }

export interface PartitionOptions {
  partition: Partition
  /** Labels of the training split. */
  labels: Uint8Array
  classes: number
  members: number
  seed: number
  /** Fewest samples of a share; `MINIMUM_SHARE` if left out. */
  minimum?: number
}

/**
 * Reads `dirichlet:ALPHA` (0.01…1000), `shards:K` (1…1000) or `gamma:SHARE` (0…1).
 *
 * @throws CONFIG_INVALID
 * @example parsePartition('dirichlet:0.5') // { kind: 'dirichlet', alpha: 0.5 }
 */
export function parsePartition(text: string): Partition {
  const [kind, value, ...rest] = text.split(':')
  const number = value !== undefined && /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
  if (rest.length === 0 && kind === 'dirichlet' && number >= 0.01 && number <= 1000) return { kind, alpha: number }
  if (rest.length === 0 && kind === 'shards' && Number.isInteger(number) && number >= 1 && number <= 1000)
    return { kind, shards: number }
  if (rest.length === 0 && kind === 'gamma' && number >= 0 && number <= 1) return { kind, gamma: number }
  throw new QuorateError(
    'CONFIG_INVALID',
    `partition "${text}" is not dirichlet:ALPHA (0.01…1000), shards:K (1…1000) or gamma:SHARE (0…1)`,
    { details: { partition: text } },
  )
}

export function formatPartition(partition: Partition): string {
  if (partition.kind === 'dirichlet') return `dirichlet:${partition.alpha}`
  return partition.kind === 'shards' ? `shards:${partition.shards}` : `gamma:${partition.gamma}`
}

/**
 * All members' shares as sample indices: disjoint, together the whole split, each share sorted.
 * Logarithms in the Dirichlet draw may differ in their last bit between engines and move a sample across a border; no protocol
 * value depends on it.
 *
 * @throws CONFIG_INVALID if there are too few samples for so many members
 */
export function partitionSamples(options: PartitionOptions): Uint32Array[] {
  const { partition, labels, members, seed, minimum = MINIMUM_SHARE } = options
  const needed = members * (partition.kind === 'shards' ? partition.shards : minimum)
  if (members < 1 || labels.length < needed) {
    throw new QuorateError(
      'CONFIG_INVALID',
      `${labels.length} samples cannot be divided among ${members} members by ${formatPartition(partition)}`,
    )
  }
  const random = createRandom(seed, 'partition', formatPartition(partition), members)
  return sharesOf(options, random).map((share) => Uint32Array.from(share).sort())
}

function sharesOf(options: PartitionOptions, random: Random): number[][] {
  const { partition, minimum = MINIMUM_SHARE } = options
  if (partition.kind === 'dirichlet') return dirichletSplit({ ...options, alpha: partition.alpha, minimum, random })
  if (partition.kind === 'shards') return shardSplit({ ...options, shards: partition.shards, random })
  return gammaSplit({ ...options, gamma: partition.gamma, random })
}

/** Fewest samples a Dirichlet share holds: less than this and a member's update is mostly noise. */
export const MINIMUM_SHARE = 64

/** The share of one member, 0…members − 1. */
export function memberSamples(options: PartitionOptions, member: number): Uint32Array {
  const share = partitionSamples(options)[member]
  if (!share) throw new QuorateError('CONFIG_INVALID', `member index ${member} is outside 0…${options.members - 1}`)
  return share
}
