import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { noMetrics } from '../../../src/core/index.ts'
import { createEngine } from '../../../src/engine/index.ts'
import type { UpdateFetch } from '../../../src/network/index.ts'
import { obtainUpdate } from '../../../src/node/index.ts'
import { claimComputer, KeptLeaves } from '../../../src/replay/index.ts'
import { chunkHashes, toHex, updateRoot } from '../../../src/protocol/index.ts'
import { openBlobStore } from '../../../src/storage/index.ts'
import { claimRound } from '../../support/claim-round.ts'

const updates = Array.from({ length: 6 }, (_, i) => Int8Array.from({ length: 8192 }, (__, k) => ((k * (i + 3)) % 101) - 50))
const rootOf = (update: Int8Array) => toHex(updateRoot(update))

it('keeps hashes under the root they lead to, and a copy of its own', () => {
  const kept = new KeptLeaves()
  const leaves = chunkHashes(updates[0]!)
  expect(kept.add(leaves)).toBe(rootOf(updates[0]!))
  leaves.fill(0)
  expect(kept.get(rootOf(updates[0]!))).toEqual(chunkHashes(updates[0]!))
})

it('holds no more than its limit: the oldest go first, and one that is kept again is new', () => {
  const kept = new KeptLeaves({ limit: 3 * 1024 })
  for (const i of [0, 1, 2, 0, 3, 4]) kept.add(chunkHashes(updates[i]!))
  expect(updates.map((update) => kept.get(rootOf(update)) !== undefined)).toEqual([true, false, false, true, true, false])
})

it('holds no more than 1,024 updates, however small they are', () => {
  const kept = new KeptLeaves()
  const roots = Array.from({ length: 1100 }, (_, i) => kept.add(new Uint8Array(new Uint32Array(8).fill(i + 1).buffer)))
  expect(roots.filter((root) => kept.get(root))).toEqual(roots.slice(-1024))
})

it('false hashes change no claim: they are not found under the root of the update', async () => {
  await using engine = createEngine()
  const input = claimRound(updates, 8192)
  const leaves = new KeptLeaves()
  for (const update of updates) {
    const hashes = chunkHashes(update)
    hashes[40]! ^= 1
    leaves.add(hashes)
  }
  const compute = claimComputer(engine)
  expect((await compute({ ...input, leaves })).claim).toEqual((await compute(input)).claim)
})

it('an update from peers is stored with its hashes; one whose hashes lead elsewhere is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-leaves-'))
  try {
    const { spec } = claimRound(updates, 8192)
    const [good, bad] = [updates[0]!, updates[1]!]
    const store = await openBlobStore({ folder, extension: '.q8', addressOf: updateRoot })
    const leaves = new KeptLeaves()
    const bytesOf = (update: Int8Array) => new Uint8Array(update.buffer)
    const needs = {
      task: { id: 1n, domain: { chainId: 1, ledger: `0x${'aa'.repeat(20)}` as const }, spec, document: '' },
      stores: { updates: store, leaves },
      metrics: noMetrics,
      supply: {
        fetchDocument: async () => new Uint8Array(),
        fetchUpdate: async (root: string, { onSegments }: Pick<UpdateFetch, 'onSegments'>) => {
          const bytes = bytesOf(root === rootOf(good) ? good : bad)
          await onSegments({ first: 0, bytes, leaves: chunkHashes(good) })
        },
      },
    }
    const signal = new AbortController().signal
    expect(await obtainUpdate(needs, rootOf(good), signal)).toMatchObject({ file: store.file(rootOf(good)) })
    expect(leaves.get(rootOf(good))).toEqual(chunkHashes(good))
    await expect(obtainUpdate(needs, rootOf(bad), signal)).rejects.toMatchObject({ code: 'BLOB_MISMATCH' })
    expect(await store.has(rootOf(bad))).toBe(false)
    expect(await readdir(folder)).toEqual([`${rootOf(good)}.q8`])
  } finally {
    await rm(folder, { recursive: true })
  }
})
