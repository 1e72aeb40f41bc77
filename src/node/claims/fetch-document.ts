import type { BlobExchange } from '../../network/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { SpoolFile } from '../../storage/index.ts'
import type { BlobStore } from '../../storage/index.ts'
import type { Supply } from '../ports.ts'

/**
 * Pulls a document from peers into the store, through a file: openings of large claims have gigabytes.
 *
 * @throws QuorateError BLOB_NOT_FOUND, BLOB_MISMATCH, CANCELLED, STORAGE_FULL, STORAGE_FAILED
 */
export async function fetchDocumentToStore(
  blobs: Pick<BlobExchange, 'fetchDocumentTo'>,
  documents: Pick<BlobStore, 'file'>,
  hash: Hash,
  signal: AbortSignal,
): Promise<void> {
  await using file = await SpoolFile.create(documents.file(hash))
  const sink = {
    append: async (bytes: Uint8Array) => file.write(file.size, bytes),
    read: async (offset: number, length: number) => file.read(offset, length),
    restart: async () => file.clear(),
  }
  await blobs.fetchDocumentTo(hash, { sink, signal })
  await file.commit()
}

/** Documents as the duties take them: fetched to disk, then read. */
export function documentsThroughStore(
  blobs: Pick<BlobExchange, 'fetchDocumentTo'>,
  documents: Pick<BlobStore, 'file' | 'get'>,
): Supply['fetchDocument'] {
  return async (hash, signal) => {
    await fetchDocumentToStore(blobs, documents, hash, signal)
    return documents.get(hash, { verify: false })
  }
}
