import { toHex, updateRoot, versionAt, versionCount } from '../protocol/index.ts'
import type { Hash } from '../protocol/index.ts'
import { maskRow } from './mask-row.ts'
import type { PairMask } from './mask-row.ts'

/** A member's place in its bucket, and the masks that it shares for one round. */
export interface BucketPlace {
  place: number
  /** By place; undefined at the member's own. */
  masks: readonly (PairMask | undefined)[]
}

/**
 * The row that a member shows once the seal says who has one: under the masks of those members. Only one version of a row may ever be seen, since the difference of two is a mask.
 *
 * @param row int8[D]
 * @param absent place of the one member without a row; undefined if all have one
 * @returns uint8[D]
 * @example const shown = maskVersion(update, { place: 1, masks }, undefined)
 */
export function maskVersion(row: Int8Array, { masks }: BucketPlace, absent: number | undefined): Uint8Array {
  return maskRow(
    row,
    masks.filter((mask, place): mask is PairMask => mask !== undefined && place !== absent),
  )
}

/**
 * Update roots of all versions that a member may have to show. The member commits to `versionsRoot` of them before it knows which.
 *
 * @param row int8[D], padded
 * @returns one for each place of a bucket of four, one for a bucket of three
 */
export function versionRoots(row: Int8Array, place: BucketPlace): Hash[] {
  const size = place.masks.length
  return Array.from({ length: versionCount(size) }, (_, version) => {
    const absent = version === versionAt(size, place.place, undefined) ? undefined : version
    return toHex(updateRoot(maskVersion(row, place, absent)))
  })
}
