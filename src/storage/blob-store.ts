import type { Hash } from '../protocol/types.ts'

/** A file that was not what the node wrote. */
export interface Damage {
  path: string
  /** Where it is now. */
  moved: string
}

export type OnDamaged = (damage: Damage) => void

export interface VerifyOption {
  /** Recompute the address of the bytes and compare; true by default. Skip it only for bytes that were just checked. */
  verify?: boolean
}

/**
 * Bytes under their content address. One store holds one kind of content, whose address is one function of the bytes: the update
 * root for updates, keccak256 for documents. All sizes and offsets are bytes.
 *
 * A file that is not what was stored is moved to the folder `damaged` and is then not found, so that its bytes are taken from elsewhere.
 *
 * Errors: BLOB_NOT_FOUND, BLOB_MISMATCH (bytes that are put under another hash than theirs), MESSAGE_MALFORMED (not a 32-byte hash), STORAGE_FULL, STORAGE_FAILED.
 */
export interface BlobStore {
  has(hash: Hash): Promise<boolean>
  size(hash: Hash): Promise<number>
  get(hash: Hash, options?: VerifyOption): Promise<Uint8Array>
  /** The file that holds the blob and nothing else, for readers that take it piece by piece; whether it is there says `has`. */
  file(hash: Hash): string
  /** `length` bytes from `offset`, unverified; BLOB_NOT_FOUND when the blob ends before. Reads only the returned bytes. */
  read(hash: Hash, offset: number, length: number): Promise<Uint8Array>
  /** The 8192 bytes of one segment of an update. The receiver checks them against the segment root (docs/protocol.md §2). */
  readSegment(hash: Hash, index: number): Promise<Uint8Array>
  /** Idempotent: bytes already there are not written again. */
  put(hash: Hash, bytes: Uint8Array, options?: VerifyOption): Promise<void>
  /** Computes the address, stores, returns it. */
  add(bytes: Uint8Array): Promise<Hash>
  list(): Promise<Hash[]>
  /** Moves a file away whose bytes a reader found changed. */
  setAside(hash: Hash): Promise<void>
  /** True if it was there. */
  delete(hash: Hash): Promise<boolean>
}
