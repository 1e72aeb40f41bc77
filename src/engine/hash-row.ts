import { chunkHashes } from '../protocol/trees.ts'
import { CHUNKS_PER_SEGMENT, SEGMENT } from '../protocol/types.ts'
import { emptyChecks, takeChecks } from './row-checks.ts'
import type { RowChecks } from './row-checks.ts'
import { openRows } from './row-source.ts'

/** What is known of the bytes of a row. */
export interface HashedBytes {
  /** Chunk hashes, 32 bytes a chunk, one after the other. */
  leaves: Uint8Array
  /** Of the same bytes. */
  checks: RowChecks
}

/**
 * Reads a row in a file once, and takes its chunk hashes and its checks from the same bytes.
 *
 * @throws QuorateError STORAGE_FAILED, UPDATE_LENGTH when the file is shorter
 */
export function hashRow(file: string, segments: number): HashedBytes {
  using source = openRows([{ file }], segments)
  const leaves = new Uint8Array(new SharedArrayBuffer(32 * CHUNKS_PER_SEGMENT * segments))
  const checks = emptyChecks(segments)
  for (let g = 0; g < segments; g++) {
    const values = source.read(0, g)
    const bytes = new Uint8Array(values.buffer, values.byteOffset, SEGMENT)
    leaves.set(chunkHashes(bytes), g * CHUNKS_PER_SEGMENT * 32)
    takeChecks(checks, bytes, g)
  }
  return { leaves, checks }
}
