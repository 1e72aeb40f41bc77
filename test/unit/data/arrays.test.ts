import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { dump } from 'npyjs'
import { describe, expect, it } from 'vitest'
import { checkDataset, openDataset, parseSchema, readSamples } from '../../../src/data/index.ts'
import type { DataSchemaInput, OpenOptions } from '../../../src/data/index.ts'
import { dataFolder } from './data-folder.ts'

const OPTIONS: OpenOptions = { seed: 'a', heldOut: 0 }

const schemaOf = (change: Partial<Extract<DataSchemaInput, { kind: 'arrays' }>> = {}) =>
  parseSchema({ kind: 'arrays', shape: [2, 2], target: { kind: 'class', column: 'y', labels: ['0', '1', '2'] }, ...change })

const BYTES = { type: 'uint8', std: 255 } as const

/** An IDX file of bytes. */
function idx(shape: readonly number[], values: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header[2] = 8
  header[3] = shape.length
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis)
  return Buffer.concat([header, Uint8Array.from(values)])
}

const npy = (values: Parameters<typeof dump>[0], shape: number[]): Uint8Array => new Uint8Array(dump(values, shape))

async function firstError(files: Record<string, Uint8Array | string>, change = {}): Promise<string> {
  const { findings } = await checkDataset(schemaOf(change), await dataFolder(files), OPTIONS)
  const [error] = findings.filter(({ severity }) => severity === 'error')
  return `${error?.code}: ${error?.problem} (${error?.places.join()})`
}

describe('IDX', () => {
  const images = idx([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])

  it('is read as bytes with the parts of the file names, also when compressed', async () => {
    const folder = await dataFolder({
      'train-images-idx3-ubyte': images,
      'train-labels-idx1-ubyte': idx([3], [2, 0, 1]),
      't10k-images.idx3-ubyte.gz': gzipSync(images),
      't10k-labels.idx1-ubyte.gz': gzipSync(idx([3], [1, 1, 1])),
    })
    await using data = await openDataset(schemaOf(BYTES), folder, OPTIONS)
    const { inputs, labels } = await readSamples(data, 'train')
    expect(inputs).toEqual(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]))
    expect(labels).toEqual(Uint8Array.from([2, 0, 1]))
    expect(data.test.count).toBe(3)
  })

  it('is scaled where the schema does not take bytes as they are', async () => {
    const folder = await dataFolder({ 'images-idx3-ubyte': images, 'labels-idx1-ubyte': idx([3], [2, 0, 1]) })
    await using data = await openDataset(schemaOf({ type: 'uint8', mean: 2, std: 2 }), folder, OPTIONS)
    const { inputs, shape } = await data.train.read([1])
    expect(Array.from(inputs)).toEqual([1.5, 2, 2.5, 3])
    expect(shape).toEqual([1, 2, 2])
  })

  it('a cut file, another width and another number of labels are errors', async () => {
    const folder = await dataFolder({ 'images-idx3-ubyte': images.subarray(0, 20), 'labels-idx1-ubyte': idx([3], [2, 0, 1]) })
    await expect(openDataset(schemaOf(BYTES), folder, OPTIONS)).rejects.toMatchObject({ code: 'DATASET_CORRUPT' })
    const labels = { 'labels-idx1-ubyte': idx([3], [2, 0, 1]) }
    expect(await firstError({ 'images-idx3-ubyte': idx([3, 2, 1], [1, 2, 3, 4, 5, 6]), ...labels }, BYTES)).toBe(
      'DATA_VALUE: x has 2 numbers instead of 4 (2×2) (images, record 1,images, record 2,images, record 3)',
    )
    expect(await firstError({ 'images-idx3-ubyte': images, 'labels-idx1-ubyte': idx([2], [1, 1]) })).toMatch(
      /3 images and 2 labels/,
    )
    expect(await firstError({ 'images-idx3-ubyte': images })).toMatch(/DATA_COLUMN_MISSING: "y" is missing/)
  })

  it('a compressed file that is cut is an error', async () => {
    const files = { 'images-idx3-ubyte.gz': gzipSync(images).subarray(0, 20), 'labels-idx1-ubyte': idx([3], [2, 0, 1]) }
    expect(await firstError(files, BYTES)).toMatch(/^DATA_UNREADABLE: .*\(images\)$/)
  })

  it('a label outside the schema is an error', async () => {
    expect(await firstError({ 'images-idx3-ubyte': images, 'labels-idx1-ubyte': idx([3], [2, 7, 1]) })).toBe(
      'DATA_LABEL_UNKNOWN: label "7" is not one of the schema: 0, 1, 2 (images, record 2)',
    )
  })
})

describe('NumPy', () => {
  const x = npy(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]), [2, 2, 2])

  it('reads an .npz, single .npy files, and 64-bit labels', async () => {
    const y = npy(BigInt64Array.from([2n, 0n]), [2])
    const sets: Record<string, Uint8Array>[] = [
      { 'data.npz': zipSync({ 'x.npy': x, 'y.npy': y, 'more.npy': x }) },
      { 'x.npy': x, 'y.npy': y },
      { 'train_x.npy': x, 'train_y.npy': y },
    ]
    for (const files of sets) {
      await using data = await openDataset(schemaOf({ mean: 1, std: 2 }), await dataFolder(files), OPTIONS)
      const { inputs, labels } = await readSamples(data, 'train')
      expect(Array.from(inputs)).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5])
      expect(Array.from(labels)).toEqual([2, 0])
    }
  })

  it('matches labels by name where the file names them: permuted labels do no harm', async () => {
    const target: DataSchemaInput['target'] = { kind: 'class', column: 'y', labels: ['cat', 'dog', 'owl'] }
    const y = npy(Int32Array.from([0, 2]), [2])
    const read = async (files: Record<string, string | Uint8Array>): Promise<number[]> => {
      await using data = await openDataset(schemaOf({ target }), await dataFolder(files), OPTIONS)
      return Array.from(data.train.targets)
    }
    expect(await read({ 'x.npy': x, 'y.npy': y })).toEqual([0, 2])
    expect(await read({ 'x.npy': x, 'y.npy': y, 'labels.txt': 'owl\ndog\ncat\n' })).toEqual([2, 0])
    const labels = npy(['owl', 'dog', 'cat'], [3])
    expect(await read({ 'data.npz': zipSync({ 'x.npy': x, 'y.npy': y, 'labels.npy': labels }) })).toEqual([2, 0])
    const unknown = { 'x.npy': x, 'y.npy': y, 'labels.txt': 'fox\ndog\ncat\n' }
    await expect(read(unknown)).rejects.toMatchObject({ code: 'DATA_LABEL_UNKNOWN' })
  })

  it.each([
    ['NaN', Float32Array.from([1, Number.NaN, 3, 4, 5, 6, 7, 8]), /DATA_VALUE: x holds NaN \(.*record 1\)/],
    [
      'an infinite number',
      Float32Array.from([1, 2, 3, 4, 5, Infinity, 7, 8]),
      /DATA_VALUE: x holds an infinite number \(.*record 2\)/,
    ],
    ['a number beyond float32', Float64Array.from([1, 2, 3, 4, 5, 1e300, 7, 8]), /x holds an infinite number/],
  ])('%s is an error', async (_, values, problem) => {
    const y = npy(Int32Array.from([0, 2]), [2])
    expect(await firstError({ 'x.npy': npy(values, [2, 2, 2]), 'y.npy': y })).toMatch(problem)
  })

  it('a number that the schema scales beyond float32 is an error', async () => {
    const y = npy(Int32Array.from([0, 2]), [2])
    expect(
      await firstError({ 'x.npy': npy(Float32Array.of(1, 2, 3, 1e30, 5, 6, 7, 8), [2, 2, 2]), 'y.npy': y }, { std: 1e-12 }),
    ).toMatch(/x holds a number that is infinite after scaling \(.*record 1\)/)
  })

  it('a missing array is named with those that are there', async () => {
    const { findings } = await checkDataset(
      schemaOf(),
      await dataFolder({ 'data.npz': zipSync({ 'X.npy': x, 'y.npy': x }) }),
      OPTIONS,
    )
    expect(findings[0]).toMatchObject({
      code: 'DATA_COLUMN_MISSING',
      problem: '"x" is missing',
      advice: 'Rename "X" in the file: names must match exactly.',
    })
  })

  it('cut files and pickled objects are errors', async () => {
    expect(await firstError({ 'data.npz': 'PK no' })).toMatch(/DATA_UNREADABLE: data\.npz is not a whole \.npz file/)
    expect(await firstError({ 'x.npy': x.subarray(0, x.length - 9), 'y.npy': x })).toMatch(
      /DATA_UNREADABLE: x\.npy cannot be read/,
    )
  })
})

describe('a module', () => {
  it('yields records with the names of the schema', async () => {
    const code = `export default async function* ({ schema }) {
      for (const label of schema.target.labels) yield { x: [[1, 2], [3, Number(label)]], y: label }
    }`
    const folder = await dataFolder({ 'data.mjs': code })
    await using data = await openDataset(schemaOf(), `${folder}/data.mjs`, OPTIONS)
    expect(Array.from((await data.train.read([2])).inputs)).toEqual([1, 2, 3, 2])
  })

  it('may export its parts, and feeds tables too', async () => {
    const code = `export const train = [{ a: 1, y: 'no' }, { a: 3, y: 'yes' }]
      export const test = [{ a: 2, y: 'no' }]`
    const schema = parseSchema({
      kind: 'table',
      columns: [{ name: 'a', type: 'number' }],
      target: { kind: 'class', column: 'y', labels: ['no', 'yes'] },
    })
    await using data = await openDataset(schema, await dataFolder({ 'data.mjs': code }), OPTIONS)
    expect([data.train.count, data.test.count]).toEqual([2, 1])
    expect(Array.from((await data.test.read([0])).inputs)).toEqual([2])
  })

  it('that fails or exports nothing is an error', async () => {
    expect(await firstError({ 'data.mjs': 'export default () => { throw new Error("no disk") }' })).toMatch(
      /DATA_UNREADABLE: the module failed: no disk/,
    )
    await expect(openDataset(schemaOf(), await dataFolder({ 'data.mjs': 'export const x = 1' }), OPTIONS)).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
    })
  })
})
