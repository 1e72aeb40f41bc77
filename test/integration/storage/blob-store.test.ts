import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keccak } from '../../../src/protocol/hash.ts'
import { updateRoot } from '../../../src/protocol/trees.ts'
import type { Hash } from '../../../src/protocol/types.ts'
import { openBlobStore, writeFileAtomic } from '../../../src/storage/index.ts'
import type { BlobStore } from '../../../src/storage/index.ts'

const SEGMENT = 8192
const ABSENT: Hash = `0x${'ab'.repeat(32)}`
let folder: string
let updates: BlobStore
let damages: unknown[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-blobs-'))
  damages = []
  updates = await openBlobStore({
    folder,
    extension: '.q8',
    addressOf: updateRoot,
    onDamaged: (damage) => void damages.push(damage),
  })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const failsWith = (code: string) => expect.objectContaining({ code })

function update(segments: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length: segments * SEGMENT }, (_, i) => (i * seed + (i >> 8)) % 100)
}

test('stores under the content address, lists, sizes, reads and deletes', async () => {
  const bytes = update(3)
  const hash = await updates.add(bytes)
  expect(hash).toBe(`0x${Buffer.from(updateRoot(bytes)).toString('hex')}`)
  expect(readdirSync(folder)).toEqual([`${hash}.q8`])
  expect(await updates.has(hash)).toBe(true)
  expect(await updates.size(hash)).toBe(3 * SEGMENT)
  expect(await updates.get(hash)).toEqual(bytes)
  expect(await updates.list()).toEqual([hash])
  const upper: Hash = `0x${hash.slice(2).toUpperCase()}`
  expect(await updates.get(upper)).toEqual(bytes)
  expect(await updates.delete(hash)).toBe(true)
  expect(await updates.delete(hash)).toBe(false)
  expect(await updates.list()).toEqual([])
})

test('serves single segments and refuses to read past the end', async () => {
  const bytes = update(2)
  const hash = await updates.add(bytes)
  expect(await updates.readSegment(hash, 1)).toEqual(bytes.subarray(SEGMENT))
  expect(await updates.read(hash, 10, 5)).toEqual(bytes.subarray(10, 15))
  await expect(updates.readSegment(hash, 2)).rejects.toThrow(failsWith('BLOB_NOT_FOUND'))
})

test('refuses bytes that are not those of the hash and stores nothing', async () => {
  await expect(updates.put(ABSENT, update(1))).rejects.toThrow(failsWith('BLOB_MISMATCH'))
  expect(readdirSync(folder)).toEqual([])
})

test('moves a changed file away on read, unless told not to look', async () => {
  const bytes = update(1)
  const hash = await updates.add(bytes)
  const path = join(folder, `${hash}.q8`)
  const changed = Uint8Array.from(bytes)
  changed[77]! ^= 1
  writeFileSync(path, changed)
  expect(await updates.get(hash, { verify: false })).toEqual(changed)
  await expect(updates.get(hash)).rejects.toThrow(failsWith('BLOB_NOT_FOUND'))
  expect(await updates.has(hash)).toBe(false)
  expect(await updates.list()).toEqual([])
  const [moved] = readdirSync(join(folder, 'damaged'))
  expect(readFileSync(join(folder, 'damaged', moved!))).toEqual(Buffer.from(changed))
  expect(damages).toEqual([{ path, moved: join(folder, 'damaged', moved!) }])
  // A file cut short is replaced by the next put.
  writeFileSync(path, bytes.subarray(0, 100))
  await updates.put(hash, bytes)
  expect(await updates.get(hash)).toEqual(bytes)
})

test('names what is absent and takes no other name than a hash', async () => {
  expect(await updates.has(ABSENT)).toBe(false)
  await expect(updates.get(ABSENT)).rejects.toThrow(failsWith('BLOB_NOT_FOUND'))
  await expect(updates.size(ABSENT)).rejects.toThrow(failsWith('BLOB_NOT_FOUND'))
  await expect(updates.readSegment(ABSENT, 0)).rejects.toThrow(failsWith('BLOB_NOT_FOUND'))
  for (const name of ['0x../../secret', '0x12', 'journal', `${ABSENT}/x`] as Hash[]) {
    await expect(updates.get(name)).rejects.toThrow(failsWith('MESSAGE_MALFORMED'))
  }
})

test('two stores of other kinds keep apart; leftovers of a crash go on open and foreign files stay', async () => {
  writeFileSync(join(folder, `${ABSENT}.q8.tmp-0123456789ab`), 'half')
  writeFileSync(join(folder, 'notes.q8'), 'mine')
  const documents = await openBlobStore({ folder, extension: '.json', addressOf: keccak })
  const hash = await documents.add(Buffer.from('{}'))
  expect(readdirSync(folder).sort()).toEqual([`${hash}.json`, 'notes.q8'])
  expect(await updates.list()).toEqual([])
})

test('concurrent puts of one blob are one file', async () => {
  const bytes = update(4)
  const hashes = await Promise.all(Array.from({ length: 8 }, () => updates.add(bytes)))
  expect(new Set(hashes).size).toBe(1)
  expect(readdirSync(folder)).toEqual([`${hashes[0]}.q8`])
  expect(await updates.get(hashes[0]!)).toEqual(bytes)
})

test('a folder that is a file fails with STORAGE_FAILED', async () => {
  writeFileSync(join(folder, 'occupied'), '')
  const options = { folder: join(folder, 'occupied'), extension: '.bin', addressOf: keccak } as const
  await expect(openBlobStore(options)).rejects.toThrow(failsWith('STORAGE_FAILED'))
})

test('writeFileAtomic replaces a file, sets its mode and leaves nothing behind on failure', async () => {
  const path = join(folder, 'manifest.json')
  await writeFileAtomic(path, 'old')
  await writeFileAtomic(path, 'new', { mode: 0o600 })
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await expect(writeFileAtomic(join(folder, 'missing', 'x'), 'y')).rejects.toThrow(failsWith('STORAGE_FAILED'))
  await expect(writeFileAtomic(folder, 'y')).rejects.toThrow(failsWith('STORAGE_FAILED'))
  expect(readdirSync(folder)).toEqual(['manifest.json'])
})
