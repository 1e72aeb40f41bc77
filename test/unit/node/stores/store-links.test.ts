import { link, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { StoreLinks } from '../../../../src/node/stores/store-links.ts'
import type { Hash } from '../../../../src/protocol/index.ts'

let folder = ''
let links: StoreLinks

const file = (hash: Hash): string => join(folder, hash)
const put = async (hash: Hash): Promise<void> => writeFile(file(hash), hash)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-links-'))
  links = new StoreLinks({
    list: async () => (await readdir(folder)).filter((name) => name.startsWith('0x')) as Hash[],
    file,
    delete: async (hash) => {
      await rm(file(hash))
      return true
    },
  })
})
afterEach(async () => rm(folder, { recursive: true }))

it('deletes a file once its evidence is gone, and one without evidence after a ring of rounds', async () => {
  await put('0x01')
  await put('0x02')
  await link(file('0x01'), join(folder, 'evidence'))
  await links.sweep(8n)
  await rm(join(folder, 'evidence'))
  await links.sweep(16n)
  expect(await readdir(folder)).toEqual(['0x02'])
  await links.sweep(71n)
  expect(await readdir(folder)).toEqual(['0x02'])
  await links.sweep(72n)
  expect(await readdir(folder)).toEqual([])
})

it('remembers no file that another part of the node deleted', async () => {
  for (let round = 1; round <= 200; round++) {
    const hash: Hash = `0x${round.toString(16)}`
    await put(hash)
    if (round % 2 === 0) await link(file(hash), join(folder, `evidence ${round}`))
    await links.sweep(BigInt(round))
    expect(links.size).toBe(1)
    await rm(file(hash))
  }
})
