import type { RoundRecord } from '../record.ts'
import type { Hash } from '../types.ts'
import { formBuckets } from './form-buckets.ts'
import type { FormedBucket } from './form-buckets.ts'
import { versionAt } from './versions.ts'

/** Buckets of a record that have a sum. @param available for each row what its member committed to, undefined where the row is not available */
export function bucketsOfRecord(record: RoundRecord, available: readonly (Hash | undefined)[]): FormedBucket[] {
  const weights = new Map(record.snapshot.members.map(({ member, stake }) => [member, stake]))
  const rows = record.rows.map(({ member }, index) => ({
    member,
    weight: weights.get(member) ?? 0n,
    updateRoot: available[index] ?? null,
  }))
  return formBuckets(rows, record.buckets ?? [])
}

/**
 * Roots of the bytes that the sums of a round are made of, by row: of the one version of each row that its member shows. Undefined for a row that is part of no sum.
 *
 * @param available for each row what its member committed to, undefined where the row is not available
 */
export function shownRoots(record: RoundRecord, available: readonly (Hash | undefined)[]): (Hash | undefined)[] {
  const shown = new Map(
    bucketsOfRecord(record, available).flatMap(({ rows, absent }) => {
      const bucket = record.buckets!.find((members) => members.includes(record.rows[rows[0]!]!.member))!
      return rows.map((row) => {
        const { member, reveal } = record.rows[row]!
        const version = versionAt(bucket.length, bucket.indexOf(member), absent)
        return [row, reveal?.versions?.[version] ?? reveal?.updateRoot] as const
      })
    }),
  )
  return record.rows.map((_, row) => shown.get(row))
}
