import { CHUNK, segmentRoots } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { isQuorateError } from '../../core/index.ts'
import type { BlobSource } from '../../network/index.ts'
import type { BlobStore } from '../../storage/index.ts'

/** Updates whose segment roots stay in memory: a round's worth and the one before. */
const CACHED = 256

/** Serves peers from the node's stores. */
export function storeSource(updates: BlobStore, documents: BlobStore): BlobSource {
  const roots = new Map<Hash, readonly Uint8Array[]>()
  return {
    async updateSegmentRoots(root) {
      const known = roots.get(root)
      if (known) return known
      const bytes = await orNothing(updates.get(root, { verify: false }))
      if (!bytes || bytes.length % CHUNK !== 0) return undefined
      const made = segmentRoots(bytes)
      roots.set(root, made)
      if (roots.size > CACHED) roots.delete(roots.keys().next().value!)
      return made
    },
    updateSegment: async (root, index) => orNothing(updates.readSegment(root, index)),
    document: async (hash) => orNothing(documents.get(hash)),
  }
}

async function orNothing<T>(bytes: Promise<T>): Promise<T | undefined> {
  try {
    return await bytes
  } catch (error) {
    if (isQuorateError(error, 'BLOB_NOT_FOUND')) return undefined
    throw error
  }
}
