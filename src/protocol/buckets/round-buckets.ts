import type { RoundRecord } from '../record.ts'
import type { Hash } from '../types.ts'
import { sealedBuckets } from './form-buckets.ts'
import type { FormedBucket, SealedBucket } from './form-buckets.ts'
import { versionAt } from './versions.ts'

/** A drawn bucket in a round, and what its members revealed. */
export interface RoundBucket extends SealedBucket {
  /** For each of its rows, the update roots of the versions that its member committed to; none without a reveal. */
  versions: readonly (readonly Hash[])[]
}

/**
 * The buckets of a record, in the order of the draw.
 *
 * @param available for each row what its member committed to, undefined where the row is not available
 */
export function roundBuckets(record: RoundRecord, available: readonly (Hash | undefined)[]): RoundBucket[] {
  const weights = new Map(record.snapshot.members.map(({ member, stake }) => [member, stake]))
  const rows = record.rows.map(({ member }, index) => ({
    member,
    weight: weights.get(member) ?? 0n,
    updateRoot: available[index] ?? null,
  }))
  return sealedBuckets(rows, record.buckets ?? []).map((bucket) => {
    const reveals = bucket.rows.map((row) => record.rows[row]!.reveal)
    return { ...bucket, versions: reveals.map((reveal) => (reveal ? (reveal.versions ?? [reveal.updateRoot]) : [])) }
  })
}

/** Buckets of a record that have a sum. @param available as for `roundBuckets` */
export function bucketsOfRecord(record: RoundRecord, available: readonly (Hash | undefined)[]): FormedBucket[] {
  return roundBuckets(record, available).filter(({ whole }) => whole)
}

/** Which version of its row the member of `rows[k]` shows, in a bucket that adds up. */
export function shownVersion({ size, places, absent }: SealedBucket, k: number): number {
  return versionAt(size, places[k]!, absent)
}

/**
 * Roots of the bytes that the sums of a round are made of, by row: of the one version of each row that its member shows. Undefined for a row that is part of no sum.
 *
 * @param available as for `roundBuckets`
 */
export function shownRoots(record: RoundRecord, available: readonly (Hash | undefined)[]): (Hash | undefined)[] {
  const whole = roundBuckets(record, available).filter((bucket) => bucket.whole)
  const shown = new Map(
    whole.flatMap((bucket) => bucket.rows.map((row, k) => [row, bucket.versions[k]![shownVersion(bucket, k)]] as const)),
  )
  return record.rows.map((_, row) => shown.get(row))
}
