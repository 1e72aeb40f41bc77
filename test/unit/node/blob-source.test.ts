import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { storeSource } from '../../../src/node/stores/blob-source.ts'
import { concat, keccak, segmentRoots, toHex, updateRoot } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { openBlobStore } from '../../../src/storage/index.ts'
import type { BlobStore } from '../../../src/storage/index.ts'

const MISSING: Hash = `0x${'00'.repeat(32)}`
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 127)

async function withStores(test: (stores: { updates: BlobStore; documents: BlobStore }) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-source-'))
  try {
    const updates = await openBlobStore({ folder: join(folder, 'updates'), extension: '.q8', addressOf: updateRoot })
    const documents = await openBlobStore({ folder: join(folder, 'documents'), extension: '.json', addressOf: keccak })
    await test({ updates, documents })
  } finally {
    await rm(folder, { recursive: true })
  }
}

it('serves segments in one read, and segment roots of updates of any length', async () =>
  withStores(async ({ updates, documents }) => {
    const reads: unknown[] = []
    const counted = {
      size: async (hash: Hash) => updates.size(hash),
      read: async (hash: Hash, offset: number, length: number) => {
        reads.push([offset, length])
        return updates.read(hash, offset, length)
      },
    }
    const source = storeSource(counted, documents)
    const update = bytes(150 * 8192)
    const root = await updates.add(update)
    expect(await source.updateSegments(root, 2, 13)).toEqual(update.subarray(2 * 8192, 15 * 8192))
    expect(reads).toEqual([[2 * 8192, 13 * 8192]])
    expect(await source.updateSegments(root, 149, 2)).toBeUndefined()
    expect(await source.updateSegmentRoots(root)).toEqual(concat(segmentRoots(update)))
    // Read in pieces, and only once.
    expect(Math.max(...reads.map((read) => (read as [number, number])[1]))).toBe(64 * 8192)
    const before = reads.length
    await source.updateSegmentRoots(root)
    expect(reads).toHaveLength(before)
    expect(await source.updateSegments(MISSING, 0, 1)).toBeUndefined()
    expect(await source.updateSegmentRoots(MISSING)).toBeUndefined()
  }))

it('serves documents by range, and no small one that was damaged on disk', async () =>
  withStores(async ({ updates, documents }) => {
    const source = storeSource(updates, documents)
    for (const size of [0, 1000, 2 * 1024 * 1024 + 5]) {
      const document = bytes(size)
      const hash = await documents.add(document)
      expect(await source.document(hash, 0, 100)).toEqual({ bytes: document.subarray(0, 100), size })
      expect(await source.document(hash, size - 5, 100)).toEqual({ bytes: document.subarray(Math.max(0, size - 5)), size })
      expect(await source.document(hash, size + 5, 100)).toEqual({ bytes: new Uint8Array(), size })
    }
    expect(await source.document(MISSING, 0, 1)).toBeUndefined()
    const hash = toHex(keccak(bytes(10)))
    await writeFile(documents.file(hash), bytes(10).with(3, 99))
    await expect(source.document(hash, 0, 10)).rejects.toMatchObject({ code: 'BLOB_MISMATCH' })
  }))
