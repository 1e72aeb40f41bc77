import { SEGMENT } from '../../protocol/index.ts'

/**
 * What of a row a round carries: the other segments are zero, and values stay within the bound, whoever made the row.
 *
 * @param row int8[D]
 * @param most the largest value
 */
export function carriedOf(row: Int8Array, segments: readonly boolean[] | undefined, most: number): Int8Array {
  return row.map((value, k) => {
    if (segments && !segments[Math.floor(k / SEGMENT)]) return 0
    return Math.max(-most, Math.min(most, value))
  })
}

/** The public row after a round: of a segment that the round did not carry, the last step that is known. */
export function mergeReference(
  before: Int8Array | null,
  after: Int8Array | null | undefined,
  segments: readonly boolean[] | undefined,
): Int8Array | null {
  if (!after || !before || !segments) return after ?? null
  return after.map((value, k) => (segments[Math.floor(k / SEGMENT)] ? value : before[k]!))
}
