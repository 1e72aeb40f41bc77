import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { fetchDocumentToStore } from '../../../src/node/claims/fetch-document.ts'
import { storeSource } from '../../../src/node/stores/blob-source.ts'
import { keccak, toHex } from '../../../src/protocol/index.ts'
import { keccakStream } from '../../../src/protocol/hash.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import { openBlobStore } from '../../../src/storage/index.ts'
import type { BlobStore } from '../../../src/storage/index.ts'
import { Cluster } from './support.ts'
import type { TestPeer } from './support.ts'
import { LONG } from '../../support/long.ts'

const MIB = 1024 * 1024
/** Larger than any document that fits a fetch to memory. */
const SIZE = 80 * MIB

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes outside the JavaScript heap that are still referred to. A collection frees them on another thread; the next one waits for that. */
function held(): number {
  collect()
  collect()
  return process.memoryUsage().arrayBuffers
}

/** Stores a document of SIZE bytes that differ in every MiB. */
async function storeLarge(documents: BlobStore): Promise<Hash> {
  const part = Uint8Array.from({ length: MIB }, (_, i) => (i * 31 + (i >> 11)) & 255)
  const hash = keccakStream()
  const parts = Array.from({ length: SIZE / MIB }, (_, index) => part.with(100, index))
  for (const one of parts) hash.update(one)
  const name = toHex(hash.digest())
  await writeFile(documents.file(name), Readable.from(parts))
  return name
}

it.runIf(LONG)('a document of 80 MiB comes from disk to disk, with a few MiB of it in memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-large-'))
  await using cluster = await Cluster.start(2)
  const [taker, holder] = cluster.peers as [TestPeer, TestPeer]
  try {
    const store = async (name: string): Promise<BlobStore> =>
      openBlobStore({ folder: join(folder, name), extension: '.json', addressOf: keccak })
    const [theirs, ours] = [await store('theirs'), await store('ours')]
    const hash = await storeLarge(theirs)
    const files = storeSource(theirs, theirs)
    const before = held()
    let [most, served] = [0, 0]
    holder.source.document = async (...what) => {
      const part = await files.document(...what)
      served += part!.bytes.length
      if (what[1] % (8 * MIB) === 0) most = Math.max(most, held() - before)
      return part
    }
    const signal = AbortSignal.timeout(100_000)
    await expect(taker.blobs.fetchDocument(hash, { signal })).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    served = 0
    await fetchDocumentToStore(taker.blobs, ours, hash, { signal, maxBytes: 4 * 1024 ** 3 })
    expect(served).toBe(SIZE)
    expect(most).toBeLessThan(16 * MIB)
    expect(await ours.size(hash)).toBe(SIZE)
    // Checks the bytes, too.
    await ours.get(hash)
  } finally {
    await rm(folder, { recursive: true })
  }
})
