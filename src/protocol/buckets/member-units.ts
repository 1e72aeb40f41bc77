import type { TaskSpec, TensorSpec } from '../types.ts'
import { bucketTerms } from './bucket-terms.ts'

/** By how many bits a member's values are coarser than those of a row, so that the sum of a bucket of `size` fits an int8. */
export function bucketShift(size: number): number {
  return Math.ceil(Math.log2(size))
}

/** The tensors as one member of a bucket sees them: the sum of the bucket is then their mean in the units of a row, times size / 2^shift. */
export function memberTensors<T extends Pick<TensorSpec, 'updateExponent'>>(tensors: readonly T[], size?: number): T[] {
  const shift = size === undefined ? 0 : bucketShift(size)
  return tensors.map((tensor) => ({ ...tensor, updateExponent: tensor.updateExponent + shift }))
}

/**
 * The longest update of one member, in its own units, where the longest row may be `maxNorm`. Rows of a bucket that have nothing in common add up to a mean that is √size
 * times shorter than each, so members may be that much longer than the usual row.
 */
export function longestInBucket(maxNorm: number, size: number): number {
  return (maxNorm * Math.sqrt(size)) / 2 ** bucketShift(size)
}

/** What a member's own updates are made of. */
export interface MemberUnits {
  tensors: TaskSpec['tensors']
  /** The largest value; 127 if left out. */
  most?: number
}

/** The units of a member's own updates in a task: those of the specification, or coarser ones and fewer values where members share buckets. */
export function memberUnits(spec: Pick<TaskSpec, 'tensors' | 'committee'>): MemberUnits {
  const terms = bucketTerms(spec)
  if (!terms) return { tensors: spec.tensors }
  return { tensors: memberTensors(spec.tensors, terms.size), most: Math.floor(127 / terms.size) }
}
