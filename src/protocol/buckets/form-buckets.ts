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

/** A drawn bucket in a round. */
export interface SealedBucket extends FormedBucket {
  /** For each of its rows, the place of the row's member in the bucket. */
  places: readonly number[]
  /** Members of the bucket as it was drawn. */
  size: number
  /** Whether its members show their rows: at least three have one, and all of the same weight. */
  shown: boolean
  /** Whether its rows add up. */
  whole: boolean
}

/**
 * What a seal makes of each drawn bucket. A bucket adds up if at least three of its members are sealed, all of their rows are available and weigh the same, and none has the update root of another
 * row of the round. All of this is fixed by the seal, the draw and the attestations.
 *
 * @param rows sealed rows in slot order
 * @param buckets as the chain drew them
 */
export function sealedBuckets(rows: readonly BucketRow[], buckets: readonly DrawnBucket[]): SealedBucket[] {
  const indices = new Map(rows.map(({ member }, index) => [member.toLowerCase(), index]))
  const roots = new Map<Hash, number>()
  for (const { updateRoot } of rows) if (updateRoot) roots.set(updateRoot, (roots.get(updateRoot) ?? 0) + 1)
  return buckets.map((bucket) => {
    const sealed = bucket.map((member) => indices.get(member))
    const places = [...bucket.keys()].filter((place) => sealed[place] !== undefined)
    const present = places.map((place) => sealed[place]!)
    const absent = sealed.indexOf(undefined)
    const shown = present.length >= LEAST_IN_BUCKET && present.every((row) => rows[row]!.weight === rows[present[0]!]!.weight)
    const whole =
      shown &&
      present.every((row) => {
        const { updateRoot } = rows[row]!
        return updateRoot !== null && roots.get(updateRoot) === 1
      })
    return { rows: present, places, absent: absent < 0 ? undefined : absent, size: bucket.length, shown, whole }
  })
}
