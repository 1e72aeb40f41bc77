import type { Address, Hash } from '../types.ts'
import { LEAST_IN_BUCKET } from './bucket-terms.ts'

/** Members of a drawn bucket by ascending slot: owner addresses in lower case. */
export type DrawnBucket = readonly Address[]

/** What decides whether a sealed row is part of a sum. */
export interface BucketRow {
  member: Address
  /** Token wei. */
  weight: bigint
  /** What the member committed to; null where the row is not available. */
  updateRoot: Hash | null
}

/** A bucket whose rows add up. */
export interface FormedBucket {
  /** Indices of the sealed rows of its members, ascending. */
  rows: readonly number[]
  /** Place of the member without a row; undefined if all have one. */
  absent: number | undefined
}

/**
 * The buckets of a round that have a sum. At least three members are sealed, all of their rows are available and weigh the same, and none has the update root of another
 * row of the round. All of this is fixed by the seal, the draw and the attestations.
 *
 * @param rows sealed rows in slot order
 * @param buckets as the chain drew them
 */
export function formBuckets(rows: readonly BucketRow[], buckets: readonly DrawnBucket[]): FormedBucket[] {
  const places = new Map(rows.map(({ member }, index) => [member.toLowerCase(), index]))
  const roots = new Map<Hash, number>()
  for (const { updateRoot } of rows) if (updateRoot) roots.set(updateRoot, (roots.get(updateRoot) ?? 0) + 1)
  return buckets.flatMap((bucket) => {
    const sealed = bucket.map((member) => places.get(member))
    const present = sealed.filter((row): row is number => row !== undefined)
    if (present.length < LEAST_IN_BUCKET) return []
    const { weight } = rows[present[0]!]!
    const whole = present.every((row) => {
      const { updateRoot } = rows[row]!
      return updateRoot !== null && roots.get(updateRoot) === 1 && rows[row]!.weight === weight
    })
    const absent = sealed.indexOf(undefined)
    return whole ? [{ rows: present, absent: absent < 0 ? undefined : absent }] : []
  })
}
