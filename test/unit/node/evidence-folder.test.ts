import { existsSync, statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RowSource } from '../../../src/engine/index.ts'
import { evidencePath, MANIFEST_FILE, manifestOf, readEvidence, writeEvidence } from '../../../src/replay/index.ts'
import type { Evidence } from '../../../src/replay/index.ts'
import { encodeManifest, evidenceHash, fileHash, keccak, toHex, updateFileName, updateRoot } from '../../../src/protocol/index.ts'
import type { Hash, Manifest } from '../../../src/protocol/index.ts'
import { openBlobStore } from '../../../src/storage/index.ts'
import fc from '../../support/fast-check.ts'

const [first, second] = [3, 5].map((step) => Int8Array.from({ length: 16_384 }, (_, k) => ((k * step) % 101) - 50)) as [
  Int8Array,
  Int8Array,
]
const [firstRoot, secondRoot] = [toHex(updateRoot(first)), toHex(updateRoot(second))]
const documents = new Map([['record.json', new TextEncoder().encode('{}')]])

/** A folder on another file system than that of temporary files, where this machine has one: no hard link reaches it. */
const elsewhere = ['/dev/shm'].find((folder) => existsSync(folder) && statSync(folder).dev !== statSync(tmpdir()).dev)

describe('evidence of a round', () => {
  let root: string
  let evidence: Evidence

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'quorate-evidence-'))
    await writeFile(join(root, 'second.q8'), second)
    evidence = {
      documents,
      updates: new Map<Hash, RowSource>([
        [firstRoot, first],
        [secondRoot, { file: join(root, 'second.q8') }],
      ]),
    }
    await writeEvidence(root, 1n, 2n, evidence)
  })

  afterEach(async () => rm(root, { recursive: true }))

  const path = (name: string): string => join(evidencePath(root, 1n, 2n), name)
  const read = async (manifest: Manifest = manifestOf(evidence)) => readEvidence(root, 1n, 2n, evidenceHash(manifest))
  const changed = (file: string) => ({ code: 'AUDIT_MISMATCH', details: { round: '2', file } })

  it('is read as it was written, from memory and from files', async () => {
    const found = await read()
    expect([...found.documents].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([['record.json', '{}']])
    expect(found.updates).toEqual(
      new Map([
        [firstRoot, first],
        [secondRoot, second],
      ]),
    )
    expect(manifestOf(evidence)[updateFileName(firstRoot)]).toBe(firstRoot)
  })

  it('is refused when an update is not that of its root, cut or longer', async () => {
    const name = updateFileName(secondRoot)
    for (const bytes of [first, second.subarray(0, 8192), Int8Array.of(...second, 0), new Int8Array()]) {
      await writeFile(path(name), bytes)
      await expect(read()).rejects.toMatchObject(changed(name))
    }
  })

  it('holds no update that a manifest lists under another hash than its root', async () => {
    const name = updateFileName(secondRoot)
    await writeFile(path(name), first)
    const manifest = { ...manifestOf(evidence), [name]: fileHash(new Uint8Array(await readFile(path(name)))) }
    await writeFile(path(MANIFEST_FILE), encodeManifest(manifest))
    expect([...(await read(manifest)).updates.keys()]).toEqual([firstRoot])
  })
  it('links updates and documents to the files of the stores: their bytes are on disk once', async () => {
    const store = await openBlobStore({ folder: join(root, 'documents'), extension: '.bin', addressOf: keccak })
    const record = documents.get('record.json')!
    const kept = [await store.add(record), await store.add(new TextEncoder().encode(encodeManifest(manifestOf(evidence))))]
    await writeEvidence(root, 1n, 3n, evidence, (hash) => store.file(hash))
    const inode = async (file: string): Promise<number> => (await stat(file)).ino
    const at = (name: string): string => join(evidencePath(root, 1n, 3n), name)
    expect(await inode(at('record.json'))).toBe(await inode(store.file(kept[0]!)))
    expect(await inode(at(MANIFEST_FILE))).toBe(await inode(store.file(kept[1]!)))
    expect(await inode(at(updateFileName(secondRoot)))).toBe(await inode(join(root, 'second.q8')))
    expect((await readEvidence(root, 1n, 3n, evidenceHash(manifestOf(evidence)))).updates.get(secondRoot)).toEqual(second)
  })

  it.skipIf(!elsewhere)('copies what it cannot link to, and copies hold without the originals', async () => {
    const folder = await mkdtemp(join(elsewhere!, 'quorate-evidence-'))
    try {
      await writeEvidence(folder, 1n, 2n, evidence)
      await rm(join(root, 'second.q8'))
      expect((await readEvidence(folder, 1n, 2n, evidenceHash(manifestOf(evidence)))).updates.get(secondRoot)).toEqual(second)
      expect((await readdir(evidencePath(folder, 1n, 2n))).filter((name) => name.includes('.tmp-'))).toEqual([])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('is written again over itself, whole or half written', async () => {
    await rm(path(MANIFEST_FILE))
    await writeFile(path(updateFileName(firstRoot)), 'half')
    await writeEvidence(root, 1n, 2n, evidence)
    expect((await read()).updates.get(firstRoot)).toEqual(first)
    expect((await readdir(evidencePath(root, 1n, 2n))).filter((name) => name.includes('.tmp-'))).toEqual([])
  })

  it('is refused when one bit of any byte of any file is changed', async () => {
    const files = await readdir(evidencePath(root, 1n, 2n))
    const whole = new Map(await Promise.all(files.map(async (name) => [name, await readFile(path(name))] as const)))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.nat(7), async (name, at, bit) => {
        const bytes = Buffer.from(whole.get(name)!)
        bytes[at % bytes.length]! ^= 1 << bit
        await writeFile(path(name), bytes)
        await expect(read()).rejects.toMatchObject(changed(name))
        await writeFile(path(name), whole.get(name)!)
      }),
      { numRuns: 60 },
    )
    expect((await read()).updates.size).toBe(2)
  })

  it('names the file that is missing or cannot be read', async () => {
    const missing = (file: string) => ({ code: 'EVIDENCE_MISSING', details: { round: '2', file } })
    for (const name of await readdir(evidencePath(root, 1n, 2n))) {
      const bytes = await readFile(path(name))
      await rm(path(name))
      await expect(read()).rejects.toMatchObject(missing(name))
      await writeFile(path(name), bytes)
    }
  })

  it('is refused when its manifest is none, and nothing outside its folder is read', async () => {
    await writeFile(join(root, 'secret'), 'secret')
    const secret = fileHash(new TextEncoder().encode('secret'))
    const other = fileHash(new Uint8Array())
    const listed = (name: string, hash: unknown): string => JSON.stringify({ files: { [name]: hash } })
    const shapes = [
      '',
      'not JSON',
      'null',
      '7',
      '[]',
      '{}',
      '{"files":null}',
      '{"files":[]}',
      `{"files":["${secret}"]}`,
      '{"files":{},"more":1}',
      ' {"files":{}}',
      listed('record.json', 7),
      listed('record.json', null),
      listed('record.json', '0x'),
      listed('record.json', secret.toUpperCase()),
      listed('record.json', '../../../secret'),
      ...['../../secret', '..', '.', '', '/etc/hostname', 'a/b', 'a\\b', 'a\0b', join(root, 'secret')].flatMap((name) => [
        listed(name, secret),
        listed(name, other),
      ]),
      `{"files":{"__proto__":"${secret}"}}`,
      `{"files":{"a":"${secret}","a":"${secret}"}}`,
    ]
    for (const manifest of shapes) {
      await writeFile(path(MANIFEST_FILE), manifest)
      const refused = await readEvidence(root, 1n, 2n, fileHash(new TextEncoder().encode(manifest))).then(
        () => undefined,
        (error: unknown) => error,
      )
      // Whether the file outside exists and what it holds makes no difference.
      expect(refused, manifest).toMatchObject(changed(MANIFEST_FILE))
    }
  })
})
