import type { Hash } from '../../protocol/types.ts'
import type { PeerKey } from '../peer-key.ts'

/** Segments of an update that lie one after the other, each checked against the root of the update. */
export interface VerifiedSegments {
  /** Number of the first. */
  first: number
  /** 8192 bytes each. */
  bytes: Uint8Array
  /** The hashes of their chunks, made to check them: 32 bytes a chunk, 1024 a segment. */
  leaves: Uint8Array
}

/** One update to fetch. */
export interface UpdateFetch {
  root: Hash
  /** Segments of the update: its padded length / 8192. */
  segments: number
  /** Whom to ask, the likeliest holder first. */
  peers: readonly PeerKey[]
  signal: AbortSignal
  /** Takes every segment once, in any order. What it throws ends the fetch. */
  onSegments(segments: VerifiedSegments): void | Promise<void>
}
