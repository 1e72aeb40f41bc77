import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeFolder } from '../../../src/storage/index.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'quorate-folder-'))
})
afterAll(async () => rm(home, { recursive: true }))

it('makes a folder with those above it, and leaves one that is there', async () => {
  const path = join(home, 'evidence/1/4')
  await makeFolder(path)
  await makeFolder(path)
  expect((await stat(path)).isDirectory()).toBe(true)
})

it('names trouble of the disk as such, and not as a defect of the program', async () => {
  await writeFile(join(home, 'file'), '')
  const path = join(home, 'file/1')
  await expect(makeFolder(path)).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { path, system: 'ENOTDIR' } })
})
