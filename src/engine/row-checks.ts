import { crc32 } from 'node:zlib'
import { SEGMENT } from '../protocol/types.ts'

/**
 * CRC-32 of each segment of a row, taken when its bytes were verified against the root. A file is read again, segment by segment, for each
 * pass of a claim; a bit that the disk lost meanwhile would make the parts of the claim disagree, and the claim false. Hashing every pass
 * with keccak would cost more than the passes.
 */
export type RowChecks = Uint32Array

/** Room for the checks of a row, in memory that threads share. */
export function emptyChecks(segments: number): RowChecks {
  return new Uint32Array(new SharedArrayBuffer(4 * segments))
}

/**
 * Takes the checks of verified bytes.
 *
 * @param bytes whole segments
 * @param first number of the first of them
 */
export function takeChecks(checks: RowChecks, bytes: Uint8Array, first = 0): void {
  for (let k = 0; k < bytes.length / SEGMENT; k++) checks[first + k] = crc32(segmentOf(bytes, k))
}

/** The first of these segments that is not what was verified; undefined for none. */
export function changedSegment(checks: RowChecks, bytes: Uint8Array, first: number): number | undefined {
  for (let k = 0; k < bytes.length / SEGMENT; k++) if (checks[first + k] !== crc32(segmentOf(bytes, k))) return first + k
  return undefined
}

function segmentOf(bytes: Uint8Array, k: number): Uint8Array {
  return bytes.subarray(k * SEGMENT, (k + 1) * SEGMENT)
}
