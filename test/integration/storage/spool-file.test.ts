import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keccak } from '../../../src/protocol/index.ts'
import { openBlobStore, SpoolFile } from '../../../src/storage/index.ts'

describe('SpoolFile', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quorate-spool-'))
  })
  afterEach(async () => rm(folder, { recursive: true }))

  it('takes its name when it is whole, whatever the order of the writes', async () => {
    const path = join(folder, 'whole')
    await using file = await SpoolFile.create(path)
    await file.write(4, Uint8Array.of(5, 6))
    await file.write(0, Uint8Array.of(1, 2, 3, 4))
    expect(file.size).toBe(6)
    expect(await file.read(3, 100)).toEqual(Uint8Array.of(4, 5, 6))
    expect(await file.read(9, 1)).toHaveLength(0)
    expect(await readdir(folder)).not.toContain('whole')
    await file.commit()
    expect(new Uint8Array(await readFile(path))).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6))
    expect(await readdir(folder)).toEqual(['whole'])
  })

  it('leaves nothing without a commit, and forgets what was cleared', async () => {
    {
      await using file = await SpoolFile.create(join(folder, 'none'))
      await file.write(0, Uint8Array.of(1))
      await file.clear()
      expect(file.size).toBe(0)
      expect(await file.read(0, 1)).toHaveLength(0)
    }
    expect(await readdir(folder)).toEqual([])
  })

  it('is deleted by the store of its folder after a crash', async () => {
    const file = await SpoolFile.create(join(folder, `0x${'11'.repeat(32)}.q8`))
    await file.write(0, Uint8Array.of(1))
    const store = await openBlobStore({ folder, extension: '.q8', addressOf: keccak })
    expect(await store.list()).toEqual([])
    expect(await readdir(folder)).toEqual([])
    await file[Symbol.asyncDispose]()
  })

  it('says what is wrong with its folder', async () => {
    await expect(SpoolFile.create(join(folder, 'absent', 'file'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  })
})
