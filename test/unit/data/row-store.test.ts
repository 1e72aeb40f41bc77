import { readdir } from 'node:fs/promises'
import { afterEach, expect, it } from 'vitest'
import { RowStore } from '../../../src/data/row-store.ts'
import { dataFolder } from './data-folder.ts'

const stores: RowStore[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

/** Rows of 100 kB, of which ten make a block. */
async function filled(count: number, memoryBytes: number, scratch: string): Promise<RowStore> {
  const store = new RowStore({ rowBytes: 100_000, memoryBytes, scratch })
  stores.push(store)
  for (let k = 0; k < count; k++) await store.append(new Uint8Array(100_000).fill(k))
  return store
}

it.each([
  ['in memory', 64 << 20],
  ['in part in a file', 2 << 20],
  ['all in a file', 0],
])('gives rows back in any order, %s', async (_, memoryBytes) => {
  const scratch = await dataFolder()
  const store = await filled(57, memoryBytes, scratch)
  const indices = [0, 1, 2, 56, 55, 9, 10, 11, 30, 30, 49, 50]
  const rows = new Uint8Array(indices.length * 100_000)
  store.read(indices, rows)
  expect(indices.map((_, k) => [rows[k * 100_000], rows[k * 100_000 + 99_999]])).toEqual(indices.map((k) => [k, k]))
})

it('names the folder that cannot hold the rows', async () => {
  await expect(filled(57, 0, '/nowhere')).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    message: expect.stringContaining('/nowhere'),
  })
})

it('leaves no file that others could find', async () => {
  const scratch = await dataFolder()
  await filled(57, 0, scratch)
  expect(await readdir(scratch)).toEqual([])
})
