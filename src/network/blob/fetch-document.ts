import { QuorateError } from '../../core/errors.ts'
import { concat, fromHex, toHex } from '../../protocol/bytes.ts'
import { keccak } from '../../protocol/hash.ts'
import type { Hash } from '../../protocol/types.ts'
import { networkLimits } from '../limits.ts'
import type { PeerKey } from '../peer-key.ts'
import { requestBlob } from './blob-request.ts'
import type { BlobRequestComponents } from './blob-request.ts'
import { FetchFailures } from './fetch-failures.ts'

export interface FetchDocumentOptions {
  peers: readonly PeerKey[]
  signal: AbortSignal
  /** Largest document to take, bytes. */
  maxBytes?: number
}

/**
 * A whole file by its keccak256 from the first peer that has it. A peer that sends other bytes is penalised and the next one is
 * asked.
 *
 * @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH (details `peer`, `failures`), CANCELLED
 */
export async function fetchDocument(
  components: BlobRequestComponents,
  hash: Hash,
  options: FetchDocumentOptions,
): Promise<Uint8Array> {
  const { peers, signal, maxBytes = networkLimits.blob.documentBytes } = options
  const failures = new FetchFailures()
  for (const peer of peers) {
    try {
      return await fetchFrom(components, hash, { peer, signal, maxBytes })
    } catch (error) {
      if (signal.aborted) throw new QuorateError('CANCELLED', `fetching ${hash} was cancelled`, { cause: error })
      failures.add(peer, error)
    }
  }
  throw failures.toError(hash, 'the document')
}

async function fetchFrom(
  components: BlobRequestComponents,
  hash: Hash,
  { peer, signal, maxBytes }: { peer: PeerKey; signal: AbortSignal; maxBytes: number },
): Promise<Uint8Array> {
  const what = { case: 'document' as const, value: fromHex(hash) }
  const parts: Uint8Array[] = []
  // Frames are large, so an eighth more than the document covers their tags.
  for await (const part of requestBlob(components, { peer, what, maxBytes: Math.ceil(maxBytes * 1.125) + 1024, signal })) {
    if (part.case === 'document') parts.push(part.value)
  }
  const document = concat(parts)
  if (toHex(keccak(document)) === hash.toLowerCase()) return document
  components.node.penalise(peer, 'badDocument')
  throw new QuorateError('BLOB_MISMATCH', `the document from ${peer} does not hash to ${hash}`, { details: { peer } })
}
