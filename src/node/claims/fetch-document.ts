import type { BlobExchange } from '../../network/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { SpoolFile } from '../../storage/index.ts'
import type { BlobStore } from '../../storage/index.ts'
import type { FetchLimits, Supply } from '../ports.ts'
import { own } from './outcome.ts'

/**
 * Pulls a document from peers into the store, through a file: openings of large claims have gigabytes.
 *
 * @throws OwnTrouble of the disk; QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH, CANCELLED
 */
export async function fetchDocumentToStore(
  blobs: Pick<BlobExchange, 'fetchDocumentTo'>,
  documents: Pick<BlobStore, 'file'>,
  hash: Hash,
  limits: FetchLimits,
): Promise<void> {
  await using file = await own(async () => SpoolFile.create(documents.file(hash)))
  const sink = {
    append: async (bytes: Uint8Array) => own(async () => file.write(file.size, bytes)),
    read: async (offset: number, length: number) => own(async () => file.read(offset, length)),
    restart: async () => own(async () => file.clear()),
  }
  await blobs.fetchDocumentTo(hash, { sink, ...limits })
  await own(async () => file.commit())
}

/** Documents as the duties take them: fetched to disk, then read. */
export function documentsThroughStore(
  blobs: Pick<BlobExchange, 'fetchDocumentTo'>,
  documents: Pick<BlobStore, 'file' | 'get'>,
): Supply['fetchDocument'] {
  return async (hash, limits) => {
    await fetchDocumentToStore(blobs, documents, hash, limits)
    return own(async () => documents.get(hash, { verify: false }))
  }
}
