import type { Hash } from '../../protocol/types.ts'

/**
 * What this node can serve; undefined for missing bytes. The bytes are sent as they are, so the source keeps only
 * verified ones.
 */
export interface BlobSource {
  /** The segment roots of an update in order, one after the other: 32 bytes each. */
  updateSegmentRoots(root: Hash): Promise<Uint8Array | undefined>
  /** `count` segments of an update from number `first`, 8192 bytes each; undefined where the update ends before. */
  updateSegments(root: Hash, first: number, count: number): Promise<Uint8Array | undefined>
  /** Part of a file by its keccak256: `length` bytes from `offset`, fewer at its end. */
  document(hash: Hash, offset: number, length: number): Promise<DocumentPart | undefined>
}

/** Part of a document. */
export interface DocumentPart {
  bytes: Uint8Array
  /** Bytes of the whole document. */
  size: number
}
