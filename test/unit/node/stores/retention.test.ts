import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLogger } from '../../../../src/core/index.ts'
import { hashRow } from '../../../../src/engine/index.ts'
import { keepEvidence, openStores, Retention } from '../../../../src/node/index.ts'
import type { ReplayPorts, Stores } from '../../../../src/node/index.ts'
import { fileHash, paddedLength, toHex, updateRoot } from '../../../../src/protocol/index.ts'
import type { Hash } from '../../../../src/protocol/index.ts'
import type { ComputedClaim } from '../../../../src/replay/index.ts'
import { openJournal } from '../../../../src/storage/index.ts'
import type { Journal } from '../../../../src/storage/index.ts'
import { taskSpec } from '../../aggregation/fixtures.ts'

const MEMBERS = 4
const spec = taskSpec({ tensors: [{ length: 8192, updateExponent: -9, modelExponent: -20, eta: 1, shift: 5 }] })
const task = { id: 1n, domain: { chainId: 1, ledger: `0x${'aa'.repeat(20)}` as const }, spec, document: '' }

let folder = ''
let journal: Journal
let stores: Stores

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-retention-'))
  journal = openJournal(folder)
  stores = await openStores(folder, journal, {
    hash: async (bytes) => fileHash(bytes),
    verify: async (file, segments) => hashRow(file, segments),
  })
})
afterEach(async () => {
  journal.close()
  await rm(folder, { recursive: true })
})

/** Updates of a round, stored as a node stores them before it builds a claim. */
async function roundOf(round: bigint): Promise<ComputedClaim> {
  const rows = new Map<Hash, { file: string }>()
  for (let i = 0; i < MEMBERS; i++) {
    const update = Int8Array.from({ length: paddedLength(spec) }, (_, k) =>
      k === 0 ? Number(round) % 127 : k === 1 ? Math.floor(Number(round) / 127) : k === 2 ? i : k % 100,
    )
    const root = toHex(updateRoot(update))
    await stores.updates.put(root, new Uint8Array(update.buffer), { verify: false })
    rows.set(root, { file: stores.updates.file(root) })
  }
  const text = new TextEncoder().encode(JSON.stringify({ round: round.toString() }))
  const claimHash = fileHash(new TextEncoder().encode(`claim ${round}`))
  const opening = (): Uint8Array => new TextEncoder().encode(`opening ${round} `.repeat(400))
  return { claimHash, opening, files: { documents: new Map([['record.json', text]]), updates: rows } } as unknown as ComputedClaim
}

/** Bytes on disk under a folder, each file once however many names it has. */
async function bytesIn(path: string, seen = new Set<number>()): Promise<number> {
  let sum = 0
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inner = join(path, entry.name)
    if (entry.isDirectory()) sum += await bytesIn(inner, seen)
    else {
      const { ino, size } = await stat(inner)
      if (!seen.has(ino)) sum += size
      seen.add(ino)
    }
  }
  return sum
}

function retention(keepRounds: number | 'all', isFinal = async (): Promise<boolean> => true): Retention {
  const { evidence, updates, documents, openings } = stores
  return new Retention({
    evidence,
    task: task.id,
    updates,
    documents,
    openings,
    links: true,
    keepRounds,
    isFinal,
    logger: silentLogger,
  })
}

const keep = async (round: bigint): Promise<void> =>
  keepEvidence({ task, stores } satisfies Pick<ReplayPorts, 'task' | 'stores'>, round, await roundOf(round))

it('stays flat over 200 rounds', async () => {
  const policy = retention(64)
  const sizes: number[] = []
  for (let round = 1n; round <= 200n; round++) {
    await keep(round)
    await policy.after(round)
    sizes.push((await bytesIn(join(folder, 'updates'))) + (await bytesIn(join(folder, 'documents'))))
  }
  const updates = MEMBERS * paddedLength(spec)
  // Files are looked at every eighth round.
  expect(Math.max(...sizes.slice(120))).toBeLessThanOrEqual(Math.max(...sizes.slice(70, 120)) * 1.01)
  expect(await readdir(join(stores.evidence, '1'))).toHaveLength(64)
  expect(await stores.updates.list()).toHaveLength(64 * MEMBERS)
  // A final round costs its updates and little else.
  expect(sizes[199]).toBeLessThan(64 * updates * 1.1)
  expect(journal.entries('opening/own/').length).toBeLessThanOrEqual(128)
})

it('every update is on disk once', async () => {
  await keep(1n)
  const [name] = (await readdir(join(stores.evidence, '1', '1'))).filter((one) => one.endsWith('.q8'))
  const { nlink } = await stat(join(stores.evidence, '1', '1', name!))
  expect(nlink).toBe(2)
})

it('keeps the opening of a claim that can still be rejected, and that of the newest', async () => {
  const policy = retention('all', async (round?: bigint) => round! < 3n)
  for (let round = 1n; round <= 5n; round++) {
    await keep(round)
    await policy.after(round)
  }
  const hasOpening = async (round: number): Promise<boolean> =>
    (await readdir(join(stores.evidence, '1', String(round)))).includes('opening.bin')
  expect(await Promise.all([1, 2, 3, 4, 5].map(hasOpening))).toEqual([false, false, true, true, true])
})

it('never goes below the ring of the ledger, and leaves what came to no evidence for as long', async () => {
  const orphan = await stores.updates.add(new Uint8Array(paddedLength(spec)).fill(3))
  const policy = retention(1)
  for (let round = 1n; round <= 64n; round++) {
    await keep(round)
    await policy.after(round)
  }
  expect(await readdir(join(stores.evidence, '1'))).toHaveLength(64)
  expect(await stores.updates.has(orphan)).toBe(true)
  for (let round = 65n; round <= 72n; round++) {
    await keep(round)
    await policy.after(round)
  }
  expect(await stores.updates.has(orphan)).toBe(false)
})

it('keeps what a claim needs that can still be rejected, however many rounds failed since', async () => {
  const policy = retention(1, async (round?: bigint) => round! < 3n)
  for (const round of [1n, 2n, 3n, 4n, 300n, 301n]) {
    await keep(round)
    await policy.after(round)
  }
  expect((await readdir(join(stores.evidence, '1'))).toSorted()).toEqual(['3', '300', '301', '4'])
  for (const round of [3n, 4n]) {
    const { claimHash } = await roundOf(round)
    const opening = stores.openings.own(claimHash)
    expect(await stores.documents.has(opening)).toBe(true)
  }
})
