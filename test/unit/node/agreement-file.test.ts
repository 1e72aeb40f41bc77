import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import { AgreementFiles, loadAgreements } from '../../../src/node/index.ts'
import type { AgreementEntry } from '../../../src/node/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'

const claim: Hash = `0x${'c1'.repeat(32)}`
const other: Hash = `0x${'c2'.repeat(32)}`
const entry = (n: number): AgreementEntry => ({
  member: `0x${n.toString(16).padStart(40, '0')}`,
  signature: `0x${n.toString(16).padStart(130, '0')}`,
})
const entries = (count: number): AgreementEntry[] => Array.from({ length: count }, (_, n) => entry(n + 1))

let folder: string
let files: AgreementFiles
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'quorate-agreements-')), 'agreements')
  files = new AgreementFiles(folder, silentLogger)
})
afterEach(async () => rm(join(folder, '..'), { recursive: true }))

describe('the files of agreements', () => {
  it('end with what was put last, however many writes overlap, and are whole at every moment', async () => {
    const sizes: number[] = []
    for (let count = 1; count <= 60; count++) {
      files.put(claim, entries(count))
      files.put(other, entries(61 - count))
      if (count % 10 === 0) sizes.push((await loadAgreements(folder, claim)).length)
    }
    await files.settled()
    expect(await loadAgreements(folder, claim)).toEqual(entries(60))
    expect(await loadAgreements(folder, other)).toEqual(entries(1))
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    expect((await readdir(folder)).length).toBe(2)
  })

  it('go when the claim goes, also while they are written', async () => {
    files.put(claim, entries(3))
    files.put(other, entries(2))
    files.drop(claim)
    await files.settled()
    expect(await loadAgreements(folder, claim)).toEqual([])
    expect(await files.recover()).toEqual([other])
  })

  it('tell a restarted node which claims they are of, and lose what a killed one left half-written', async () => {
    files.put(claim, entries(1))
    await files.settled()
    await writeFile(join(folder, `${other}.json.tmp-0123456789ab`), '{')
    expect(await new AgreementFiles(folder, silentLogger).recover()).toEqual([claim])
    expect(await readdir(folder)).toEqual([`${claim}.json`])
  })

  it('that cannot be written are logged, and the next change writes them', async () => {
    const warned: unknown[] = []
    const logger = { ...silentLogger, warn: (fields: object) => void warned.push(fields) }
    await writeFile(folder, 'no folder')
    const stubborn = new AgreementFiles(folder, logger)
    stubborn.put(claim, entries(1))
    await stubborn.settled()
    expect(warned).toMatchObject([{ claimHash: claim, code: 'STORAGE_FAILED' }])
    await rm(folder)
    stubborn.put(claim, entries(2))
    await stubborn.settled()
    expect(await loadAgreements(folder, claim)).toEqual(entries(2))
  })
})

describe('reading agreements', () => {
  const path = (): string => join(folder, `${claim}.json`)
  beforeEach(async () => mkdir(folder))

  it('finds none where nobody agreed', async () => {
    expect(await loadAgreements(folder, claim)).toEqual([])
    await rm(folder, { recursive: true })
    expect(await loadAgreements(folder, claim)).toEqual([])
  })

  it.each([
    ['no JSON', '{"claimHash"'],
    ['another claim', JSON.stringify({ claimHash: other, signatures: [] })],
    ['a short signature', JSON.stringify({ claimHash: claim, signatures: [{ ...entry(1), signature: '0x12' }] })],
    ['no list', JSON.stringify({ claimHash: claim })],
  ])('refuses a file that holds %s, and says what to do', async (_, text) => {
    await writeFile(path(), text)
    await expect(loadAgreements(folder, claim)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('delete the file and start the node') as string,
      details: { path: path() },
    })
  })

  it('refuses what is no file or belongs to another user', async () => {
    await mkdir(path())
    await expect(loadAgreements(folder, claim)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    await rm(path(), { recursive: true })
    await writeFile(path(), JSON.stringify({ claimHash: claim, signatures: [] }))
    await chmod(path(), 0)
    // Root reads everything.
    if (process.getuid?.() === 0) return
    await expect(loadAgreements(folder, claim)).rejects.toMatchObject({
      message: expect.stringContaining('make the file readable') as string,
    })
  })
})
