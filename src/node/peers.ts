import type { VerifiedUpdate } from '../network/index.ts'
import type { Hash, Message } from '../protocol/index.ts'

/** What rounds need of the peer network. `src/network` provides it; the applications connect the two. */
export interface Peers {
  publish(message: Message): Promise<void>
  /** An update, verified against its root segment by segment. @throws BLOB_NOT_FOUND, CANCELLED */
  fetchUpdate(root: Hash, signal: AbortSignal): Promise<VerifiedUpdate>
  /** A document by its keccak256, verified. @throws BLOB_NOT_FOUND, CANCELLED */
  fetchDocument(hash: Hash, signal: AbortSignal): Promise<Uint8Array>
}
