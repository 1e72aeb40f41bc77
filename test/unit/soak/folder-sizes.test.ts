import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderSizes } from '../../soak/folder-sizes.ts'

it('sums the bytes on disk by the first name, a journal with its log, a linked file under both of its names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-folder-sizes-'))
  try {
    await mkdir(join(folder, 'updates'))
    await mkdir(join(folder, 'evidence', '1'), { recursive: true })
    await writeFile(join(folder, 'updates', 'a.q8'), new Uint8Array(100_000))
    await link(join(folder, 'updates', 'a.q8'), join(folder, 'evidence', '1', 'a.q8'))
    await writeFile(join(folder, 'journal.db'), new Uint8Array(8192))
    await writeFile(join(folder, 'journal.db-wal'), new Uint8Array(40_960))
    const sizes = await folderSizes(folder)
    expect([...sizes.keys()].sort()).toEqual(['evidence', 'journal.db', 'updates'])
    expect(sizes.get('updates')).toBeGreaterThanOrEqual(100_000)
    expect(sizes.get('evidence')).toBeGreaterThanOrEqual(100_000)
    expect(sizes.get('journal.db')).toBeGreaterThanOrEqual(49_152)
    expect(sizes.get('journal.db')).toBeLessThan(100_000)
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('finds nothing in a folder that is not there', async () => {
  expect(await folderSizes(join(tmpdir(), 'quorate-nothing-here'))).toEqual(new Map())
})
