import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
      file: (hash: Hash) => updates.file(hash),
      setAside: async (hash: Hash) => updates.setAside(hash),
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
    expect(await source.document(hash, 0, 10)).toBeUndefined()
    expect(await documents.has(hash)).toBe(false)
  }))

it('serves no update that was damaged on disk, before it was verified or after', async () =>
  withStores(async ({ updates, documents }) => {
    const damage = async (root: Hash, at: number): Promise<void> => {
      const content = await readFile(updates.file(root))
      content[at]! ^= 1
      await writeFile(updates.file(root), content)
    }
    const source = storeSource(updates, documents)
    const [first, second] = [await updates.add(bytes(20 * 8192)), await updates.add(bytes(21 * 8192))]
    await damage(first, 8192 * 3 + 17)
    expect(await source.updateSegmentRoots(first)).toBeUndefined()
    expect(await updates.has(first)).toBe(false)
    expect(await source.updateSegmentRoots(second)).toBeDefined()
    await damage(second, 8192 * 3 + 17)
    expect(await source.updateSegments(second, 4, 2)).toBeDefined()
    expect(await source.updateSegments(second, 3, 2)).toBeUndefined()
    expect(await source.updateSegmentRoots(second)).toBeUndefined()
    expect(await updates.has(second)).toBe(false)
  }))
