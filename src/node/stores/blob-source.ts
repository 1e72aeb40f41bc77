import { CHUNKS_PER_SEGMENT, rootOfLeaves, SEGMENT } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { isQuorateError } from '../../core/index.ts'
import { changedSegment } from '../../engine/index.ts'
import type { BlobSource } from '../../network/index.ts'
import { KeptLeaves } from '../../replay/index.ts'
import type { BlobStore } from '../../storage/index.ts'

/** Updates whose segment roots stay in memory: a round's worth and the one before. */
const CACHED = 256
/** Documents up to this size are checked before they are served, bytes: a damaged file then costs this node no penalty. */
const CHECKED = 1024 * 1024

/**
 * Serves peers from the node's stores. A peer that gets other bytes than it asked for takes this node for a liar, so an update is verified
 * before it is offered, and each part again when it is read. A damaged file is moved away and not served.
 */
export function storeSource(
  updates: Pick<BlobStore, 'size' | 'read' | 'file' | 'setAside'>,
  documents: Pick<BlobStore, 'size' | 'read' | 'get'>,
  leaves: Pick<KeptLeaves, 'get' | 'checks' | 'verify' | 'forget'> = new KeptLeaves(),
): BlobSource {
  const roots = new Map<Hash, Uint8Array>()
  return {
    updateSegmentRoots: async (root) =>
      orNothing(async () => {
        const known = roots.get(root)
        if (known) return known
        const made = await segmentRootsOf(updates, leaves, root)
        if (!made) return undefined
        roots.set(root, made)
        if (roots.size > CACHED) roots.delete(roots.keys().next().value!)
        return made
      }),
    updateSegments: async (root, first, count) =>
      orNothing(async () => {
        const bytes = await updates.read(root, first * SEGMENT, count * SEGMENT)
        const checks = leaves.checks(root)
        if (!checks || changedSegment(checks, bytes, first) === undefined) return bytes
        leaves.forget(root)
        roots.delete(root)
        await updates.setAside(root)
        return undefined
      }),
    document: async (hash, offset, length) =>
      orNothing(async () => {
        const size = await documents.size(hash)
        const [from, to] = [Math.min(offset, size), Math.min(offset + length, size)]
        if (size <= CHECKED) return { bytes: (await documents.get(hash)).subarray(from, to), size }
        return { bytes: await documents.read(hash, from, to - from), size }
      }),
  }
}

/** @returns undefined for a file that is not the update */
async function segmentRootsOf(
  updates: Pick<BlobStore, 'size' | 'file' | 'setAside'>,
  leaves: Pick<KeptLeaves, 'get' | 'checks' | 'verify'>,
  root: Hash,
): Promise<Uint8Array | undefined> {
  const segments = Math.floor((await updates.size(root)) / SEGMENT)
  const known = leaves.checks(root) && leaves.get(root)
  const hashes = known ?? ((await leaves.verify(updates.file(root), segments)) === root ? leaves.get(root) : undefined)
  if (!hashes) {
    await updates.setAside(root)
    return undefined
  }
  const roots = new Uint8Array(segments * 32)
  for (let g = 0; g < segments; g++)
    roots.set(rootOfLeaves(hashes.subarray(g * CHUNKS_PER_SEGMENT * 32, (g + 1) * CHUNKS_PER_SEGMENT * 32)), g * 32)
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
