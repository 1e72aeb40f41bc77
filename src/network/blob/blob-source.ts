import type { Hash } from '../../protocol/types.ts'

/**
 * What this node can serve; undefined for what it does not hold. The bytes are sent as they are, so the source keeps only
 * verified ones.
 */
export interface BlobSource {
  /** The segment roots of an update, 32 bytes each, in order. */
  updateSegmentRoots(root: Hash): Promise<readonly Uint8Array[] | undefined>
  /** One segment of an update, 8192 bytes. */
  updateSegment(root: Hash, index: number): Promise<Uint8Array | undefined>
  /** A whole small file by its keccak256. */
  document(hash: Hash): Promise<Uint8Array | undefined>
}
