import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sharedFlushes, syncFolder } from '../../../src/storage/sync-folder.ts'

/** A flush that ends when it is told to. */
function handFlush(): { flush: (folder: string) => Promise<void>; ends: ((error?: Error) => void)[] } {
  const ends: ((error?: Error) => void)[] = []
  const flush = async (): Promise<void> =>
    new Promise((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())))
  return { flush, ends }
}

const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('who asks while a flush runs waits for the next one, and shares it', async () => {
  const { flush, ends } = handFlush()
  const sync = sharedFlushes(flush)
  const done: string[] = []
  const ask = (name: string, folder = 'a'): void => void sync(folder).then(() => done.push(name))
  ask('first')
  for (const name of ['second', 'third', 'fourth']) ask(name)
  ask('other', 'b')
  await turn()
  expect(ends.length).toBe(2)
  ends[0]!()
  await turn()
  expect(done).toEqual(['first'])
  expect(ends.length).toBe(3)
  ask('fifth')
  ends[2]!()
  await turn()
  expect(done).toEqual(['first', 'second', 'third', 'fourth'])
  ends[3]!()
  ends[1]!()
  await turn()
  expect(done.slice(4).toSorted()).toEqual(['fifth', 'other'])
  ask('sixth')
  expect(ends.length).toBe(5)
})

it('a flush that fails fails for those who share it, and the next one is tried', async () => {
  const { flush, ends } = handFlush()
  const sync = sharedFlushes(flush)
  const asked = Promise.allSettled([sync('a'), sync('a'), sync('a')])
  ends[0]!(new Error('no'))
  await turn()
  ends[1]!()
  expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
})

it('flushes a real folder, and tells of one that is not there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-sync-'))
  await Promise.all([syncFolder(folder), syncFolder(folder), syncFolder(folder)])
  await rm(folder, { recursive: true })
  await expect(syncFolder(folder)).rejects.toMatchObject({ code: 'ENOENT' })
})
