import type { TaskSpec } from '../types.ts'

/** How the members of a task share buckets (docs/decisions/0009-buckets-in-tasks.md). */
export interface BucketTerms {
  /** Members of a bucket: 3 or 4. */
  size: number
  /** Round numbers between two draws: 8 to 255. */
  epoch: number
}

/** Fewer rows make no sum: that of two tells each member the row of the other. */
export const LEAST_IN_BUCKET = 3

/**
 * What a specification says about buckets: `committee` is `256 · size + epoch`.
 *
 * @returns undefined for a task whose rows are its members' own
 * @example bucketTerms({ committee: 4 * 256 + 32 }) // { size: 4, epoch: 32 }
 */
export function bucketTerms({ committee }: Pick<TaskSpec, 'committee'>): BucketTerms | undefined {
  return committee < 256 ? undefined : { size: committee >> 8, epoch: committee & 255 }
}

/** Members that are expected to be drawn for a round of a task; 0 where all of them take part, in buckets or not. */
export function drawnCommittee({ committee }: Pick<TaskSpec, 'committee'>): number {
  return bucketTerms({ committee }) ? 0 : committee
}

/** Number of the epoch that a round number belongs to, from 0. Numbers that were burned count too. */
export function epochOf(round: bigint, { epoch }: Pick<BucketTerms, 'epoch'>): bigint {
  return (round - 1n) / BigInt(epoch)
}
