import { fromHex, toHex } from '../bytes.ts'
import { depthFor, merkleRoot } from '../merkle.ts'
import type { Hash } from '../types.ts'
import { LEAST_IN_BUCKET } from './bucket-terms.ts'

/** How many versions of its row a member commits to: with all of its bucket, and for a bucket of four without each of the others. */
export function versionCount(size: number): number {
  return size > LEAST_IN_BUCKET ? size : 1
}

/**
 * Which version of its row a member shows: that at its own place is the one with all members of the bucket, that at another place the one without the member there.
 *
 * @param size members of the bucket as it was drawn
 * @param place of the member in it
 * @param absent place of the one member without a row; undefined if all have one
 */
export function versionAt(size: number, place: number, absent: number | undefined): number {
  return versionCount(size) === 1 ? 0 : (absent ?? place)
}

/**
 * What a member of a bucket commits to: the root of the tree over the trees of its versions. With one version that is its root.
 *
 * @param versions `updateRoot` of each version
 */
export function versionsRoot(versions: readonly Hash[]): Hash {
  return toHex(merkleRoot(versions.map(fromHex), depthFor(versions.length)))
}
