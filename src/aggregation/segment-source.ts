import { SEGMENT } from '../protocol/types.ts'

/** Reads rows a segment at a time, so that memory does not grow with their length. */
export interface SegmentSource {
  readonly rows: number
  readonly segments: number
  /** The 8192 coordinates of one segment of a row; good until the next read of the same row. */
  read(row: number, segment: number): Int8Array
}

/** Rows that are in memory already: one length, whole segments. */
export function memorySource(rows: readonly Int8Array[]): SegmentSource {
  return {
    rows: rows.length,
    segments: rows.length === 0 ? 0 : rows[0]!.length / SEGMENT,
    read: (row, segment) => rows[row]!.subarray(segment * SEGMENT, (segment + 1) * SEGMENT),
  }
}
