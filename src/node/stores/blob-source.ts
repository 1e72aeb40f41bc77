import { CHUNKS_PER_SEGMENT, SEGMENT, rootOfLeaves, chunkHashes } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { isQuorateError } from '../../core/index.ts'
import type { BlobSource } from '../../network/index.ts'
import type { BlobStore } from '../../storage/index.ts'

/** Updates whose segment roots stay in memory: a round's worth and the one before. */
const CACHED = 256
/** Segments hashed at a time: between them the node does other things. */
const HASHED = 64
/** Documents up to this size are checked before they are served, bytes: a damaged file then costs this node no penalty. */
const CHECKED = 1024 * 1024

/** Serves peers from the node's stores. */
export function storeSource(
  updates: Pick<BlobStore, 'size' | 'read'>,
  documents: Pick<BlobStore, 'size' | 'read' | 'get'>,
): BlobSource {
  const roots = new Map<Hash, Uint8Array>()
  return {
    updateSegmentRoots: async (root) =>
      orNothing(async () => {
        const known = roots.get(root)
        if (known) return known
        const made = await segmentRootsOf(updates, root)
        roots.set(root, made)
        if (roots.size > CACHED) roots.delete(roots.keys().next().value!)
        return made
      }),
    updateSegments: async (root, first, count) => orNothing(async () => updates.read(root, first * SEGMENT, count * SEGMENT)),
    document: async (hash, offset, length) =>
      orNothing(async () => {
        const size = await documents.size(hash)
        const [from, to] = [Math.min(offset, size), Math.min(offset + length, size)]
        if (size <= CHECKED) return { bytes: (await documents.get(hash)).subarray(from, to), size }
        return { bytes: await documents.read(hash, from, to - from), size }
      }),
  }
}

/** Reads the update piece by piece, because it may be large. */
async function segmentRootsOf(updates: Pick<BlobStore, 'size' | 'read'>, root: Hash): Promise<Uint8Array> {
  const segments = Math.floor((await updates.size(root)) / SEGMENT)
  const roots = new Uint8Array(segments * 32)
  for (let first = 0; first < segments; first += HASHED) {
    const count = Math.min(HASHED, segments - first)
    const leaves = chunkHashes(await updates.read(root, first * SEGMENT, count * SEGMENT))
    for (let i = 0; i < count; i++) {
      const some = leaves.subarray(i * CHUNKS_PER_SEGMENT * 32, (i + 1) * CHUNKS_PER_SEGMENT * 32)
      roots.set(rootOfLeaves(some), (first + i) * 32)
    }
  }
  return roots
}

async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isQuorateError(error, 'BLOB_NOT_FOUND')) return undefined
    throw error
  }
}
