import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RowSource } from '../../../src/engine/index.ts'
import { evidencePath, MANIFEST_FILE, manifestOf, readEvidence, writeEvidence } from '../../../src/replay/index.ts'
import type { Evidence } from '../../../src/replay/index.ts'
import { encodeManifest, evidenceHash, fileHash, toHex, updateFileName, updateRoot } from '../../../src/protocol/index.ts'
import type { Hash, Manifest } from '../../../src/protocol/index.ts'

const [first, second] = [3, 5].map((step) => Int8Array.from({ length: 16_384 }, (_, k) => ((k * step) % 101) - 50)) as [
  Int8Array,
  Int8Array,
]
const [firstRoot, secondRoot] = [toHex(updateRoot(first)), toHex(updateRoot(second))]
const documents = new Map([['record.json', new TextEncoder().encode('{}')]])

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
})
