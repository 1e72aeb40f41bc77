import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openPartWriter } from '../../../src/insight/lake/part-writer.ts'
import { PARTS } from '../../../src/insight/lake/part.ts'
import { noRows, TABLES } from '../../../src/insight/lake/tables.ts'
import type { Rows, Value } from '../../../src/insight/lake/tables.ts'

const MEGABYTES = 64

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-parts-'))
  await mkdir(join(folder, PARTS))
})
afterEach(async () => rm(folder, { recursive: true }))

/** So many transactions with texts that do not compress. */
function rowsOf(count: number): Rows {
  const valueOf = (type: string, seed: string): Value => {
    if (type === 'BIGINT' || type === 'DECIMAL(38,0)') return 1n
    if (type === 'VARCHAR') return seed
    return type === 'BOOLEAN' ? true : 1
  }
  const line = (): Value[] =>
    Object.values(TABLES.transactions).map((type) => valueOf(type, crypto.randomUUID() + crypto.randomUUID()))
  return { ...noRows(), transactions: Array.from({ length: count }, line) }
}

const part = (number: bigint) => ({ from: number, to: number, parentHash: '0x00', hash: '0x01' }) as const

it('takes no more memory for many parts than for one', async () => {
  using writer = await openPartWriter(folder, MEGABYTES)
  for (let number = 0n; number < 12n; number++) {
    writer.add(rowsOf(10_000))
    await writer.commit(part(number))
  }
  expect(await readdir(join(folder, PARTS))).toHaveLength(12)
})

it('tells of the first failure, and not of those that follow as it closes', async () => {
  const write = async (): Promise<void> => {
    using writer = await openPartWriter(folder, MEGABYTES)
    writer.add(rowsOf(20_000))
    await rm(folder, { recursive: true })
    await writer.commit(part(0n))
  }
  await expect(write()).rejects.toMatchObject({ code: expect.stringMatching(/^STORAGE_/) })
  await mkdir(folder)
})
