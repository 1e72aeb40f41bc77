import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Color, Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { checkDataset, openDataset, parseSchema, readSamples } from '../../../src/data/index.ts'
import type { DataSchemaInput, OpenOptions } from '../../../src/data/index.ts'
import { dataFolder } from './data-folder.ts'

const RED = { r: 255, g: 0, b: 0 }
const BLUE = { r: 0, g: 0, b: 255 }
const OPTIONS: OpenOptions = { seed: 'a', heldOut: 0 }

const schemaOf = (change: Partial<Extract<DataSchemaInput, { kind: 'image' }>> = {}) =>
  parseSchema({ kind: 'image', height: 4, width: 4, channels: 3, target: { kind: 'class', labels: ['blue', 'red'] }, ...change })

const plain = (colour: Color, width = 8, height = 8): Sharp =>
  sharp({ create: { width, height, channels: 3, background: colour } })

/** Left half red, right half blue. */
const halves = (): Sharp =>
  plain(RED, 8, 4).composite([{ input: { create: { width: 4, height: 4, channels: 3, background: BLUE } }, left: 4, top: 0 }])

const noise = (): Sharp =>
  sharp({ create: { width: 64, height: 64, channels: 3, background: RED, noise: { type: 'gaussian', mean: 128, sigma: 60 } } })

/** Pixels of the only image of a folder, as [red, green, blue] or [grey]. */
async function pixelsOf(bytes: Uint8Array, change: Parameters<typeof schemaOf>[0] = {}): Promise<number[][]> {
  const schema = schemaOf(change)
  await using data = await openDataset(schema, await dataFolder({ 'red/1.png': bytes }), OPTIONS)
  const { inputs, shape } = await data.train.read([0])
  const channels = shape.at(-1)!
  return Array.from({ length: inputs.length / channels }, (_, k) => Array.from(inputs.subarray(k * channels, (k + 1) * channels)))
}

describe('a folder of images', () => {
  it('is read as bytes, with the folder as label', async () => {
    const folder = await dataFolder({
      'blue/a.png': await plain(BLUE).png().toBuffer(),
      'red/b.jpg': await plain(RED, 31, 17).jpeg().toBuffer(),
      'red/deeper/c.png': await plain(RED).png().toBuffer(),
      '.hidden/d.png': 'x',
    })
    await using data = await openDataset(schemaOf({ resize: 'stretch' }), folder, OPTIONS)
    const { inputs, labels } = await readSamples(data, 'train')
    expect(Array.from(labels)).toEqual([0, 1, 1])
    expect(inputs).toBeInstanceOf(Uint8Array)
    expect(Array.from(inputs.subarray(0, 3))).toEqual([0, 0, 255])
    expect(inputs[48]).toBeGreaterThan(250)
    expect(data.findings.filter(({ severity }) => severity !== 'note')).toEqual([])
  })

  it('says how many were read', async () => {
    const image = await plain(RED).png().toBuffer()
    const files = Object.fromEntries(Array.from({ length: 10 }, (_, k) => [`red/${k}.png`, image]))
    const seen: number[] = []
    await using data = await openDataset(schemaOf(), await dataFolder(files), {
      ...OPTIONS,
      onProgress: (count) => seen.push(count),
    })
    expect([data.train.count, seen]).toEqual([10, [8, 10]])
  })

  it('takes parts from folders named train and test', async () => {
    const image = await plain(RED).png().toBuffer()
    const folder = await dataFolder({ 'train/red/1.png': image, 'train/blue/2.png': image, 'test/blue/3.png': image })
    await using data = await openDataset(schemaOf(), folder, { seed: 'a', heldOut: 0.5 })
    expect([data.train.count, data.test.count]).toEqual([2, 1])
    expect(Array.from(data.test.targets)).toEqual([0])
  })

  it('takes labels from labels.csv, and numbers too', async () => {
    const image = await plain(RED).png().toBuffer()
    const files = { 'a.png': image, 'b.png': image, 'c.png': image }
    const classes = await dataFolder({ ...files, 'labels.csv': 'file,label\na.png,red\nb.png,blue\nlost.png,red\n' })
    await using data = await openDataset(schemaOf(), classes, OPTIONS)
    expect(Array.from(data.train.targets)).toEqual([1, 0])
    expect(data.findings.map(({ severity, problem, places }) => [severity, problem, places])).toEqual([
      ['skipped', 'labels.csv names a file that is not there', ['lost.png']],
      ['skipped', 'labels.csv has no label for an image', ['c.png']],
      expect.arrayContaining(['note']),
    ])
    const numbers = await dataFolder({ ...files, 'labels.csv': 'file,age\na.png,30\nb.png,50\nc.png,40\n' })
    const target = { kind: 'number', column: 'age', mean: 40, std: 10 } as const
    await using ages = await openDataset(schemaOf({ target }), numbers, OPTIONS)
    expect(Array.from((await readSamples(ages, 'train')).labels)).toEqual([-1, 1, 0])
  })

  it('scales as the schema says', async () => {
    const change = { height: 1, width: 1, mean: [0.5], std: [0.25] }
    expect(await pixelsOf(await plain(RED).png().toBuffer(), change)).toEqual([[2, -2, -2]])
  })

  it('turns an image as its EXIF data says', async () => {
    // Orientation 3 is upside down: red is on the right.
    const bytes = await halves().png().withMetadata({ orientation: 3 }).toBuffer()
    const [left, right] = await pixelsOf(bytes, { height: 1, width: 2, resize: 'stretch' })
    expect(left![2]).toBeGreaterThan(left![0]!)
    expect(right![0]).toBeGreaterThan(right![2]!)
  })

  it('fits, crops and stretches', async () => {
    const wide = await plain(RED, 8, 4).png().toBuffer()
    const column = async (resize: 'fit' | 'crop' | 'stretch'): Promise<number[]> =>
      (await pixelsOf(wide, { resize })).filter((_, k) => k % 4 === 0).map(([red]) => red!)
    expect(await column('fit')).toEqual([0, 255, 255, 0])
    expect(await column('crop')).toEqual([255, 255, 255, 255])
    expect(await column('stretch')).toEqual([255, 255, 255, 255])
  })

  it.each([
    ['grey as RGB', async () => plain({ r: 100, g: 100, b: 100 }).toColourspace('b-w').png().toBuffer(), 3, [100, 100, 100]],
    ['RGB as grey', async () => plain({ r: 100, g: 100, b: 100 }).png().toBuffer(), 1, [100]],
    ['a palette', async () => plain(RED).png({ palette: true }).toBuffer(), 3, [255, 0, 0]],
    ['CMYK', async () => plain({ r: 255, g: 255, b: 255 }).toColourspace('cmyk').jpeg().toBuffer(), 3, [255, 255, 255]],
    ['16 bits', async () => plain({ r: 100, g: 100, b: 100 }).toColourspace('rgb16').png().toBuffer(), 3, [100, 100, 100]],
    [
      'alpha on the background',
      async () =>
        sharp({ create: { width: 8, height: 8, channels: 4, background: { ...RED, alpha: 0 } } })
          .png()
          .toBuffer(),
      3,
      [0, 0, 0],
    ],
  ] as const)('reads %s', async (_, make, channels, pixel) => {
    const [first] = await pixelsOf(await make(), { channels })
    for (const [k, value] of pixel.entries()) expect(Math.abs(first![k]! - value)).toBeLessThanOrEqual(1)
    expect(first).toHaveLength(channels)
  })
})

describe('bad images', () => {
  it('are left out, counted and named', async () => {
    const good = await plain(RED).png().toBuffer()
    const jpeg = await noise().jpeg().toBuffer()
    const png = await noise().png().toBuffer()
    const folder = await dataFolder({
      'red/good.png': good,
      'red/cut.jpg': jpeg.subarray(0, jpeg.length / 2),
      'red/cut.png': png.subarray(0, png.length * 0.7),
      'red/empty.png': '',
      'red/text.png': 'not an image',
    })
    await using data = await openDataset(schemaOf(), folder, OPTIONS)
    expect(data.train.count).toBe(1)
    const [skipped] = data.findings
    expect(skipped).toMatchObject({ severity: 'skipped', code: 'DATA_UNREADABLE', count: 4 })
    expect(skipped!.places.join()).toMatch(/cut\.jpg.*cut\.png.*empty\.png.*text\.png/)
  })

  it('of an unknown label are an error with the labels that are known', async () => {
    const image = await plain(RED).png().toBuffer()
    const folder = await dataFolder({ 'red/1.png': image, 'Red/2.png': image })
    await expect(openDataset(schemaOf(), folder, OPTIONS)).rejects.toMatchObject({
      code: 'DATA_LABEL_UNKNOWN',
      message: expect.stringMatching(/"Red" is not one of the schema: blue, red \(Red\/2\.png\)/),
    })
  })

  it('none at all is an error', async () => {
    await expect(openDataset(schemaOf(), await dataFolder({ 'red/1.png': 'x' }), OPTIONS)).rejects.toMatchObject({
      code: 'DATA_TOO_FEW',
    })
    await expect(openDataset(schemaOf(), '/nowhere', OPTIONS)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' })
  })

  it('a file that is another image later is an error, and never trained on under the old label', async () => {
    const folder = await dataFolder({ 'red/1.png': await plain(RED).png().toBuffer() })
    await using data = await openDataset(schemaOf(), folder, { ...OPTIONS, memoryBytes: 0 })
    expect((await data.train.read([0])).inputs[0]).toBe(255)
    await plain(BLUE).png().toFile(join(folder, 'red/1.png'))
    await expect(data.train.read([0])).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
    await expect(data.train.read([0], AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('a file that goes away later is an error and no black image', async () => {
    const folder = await dataFolder({ 'red/1.png': await plain(RED).png().toBuffer() })
    await using data = await openDataset(schemaOf(), folder, { ...OPTIONS, memoryBytes: 0 })
    await rm(join(folder, 'red/1.png'))
    await expect(data.train.read([0])).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
  })
})

describe('classes', () => {
  const half = async (): Promise<string> => dataFolder({ 'red/1.png': await plain(RED).png().toBuffer() })

  it('may be missing: a member with some of the labels is no fault', async () => {
    const report = await checkDataset(schemaOf(), await half(), OPTIONS)
    expect(report.ok).toBe(true)
    expect(report.labels).toEqual([
      { label: 'blue', train: 0, test: 0 },
      { label: 'red', train: 1, test: 0 },
    ])
    expect(report.findings.map(({ severity }) => severity)).toEqual(['note', 'note'])
  })

  it('are an error below the minimum that the task asks for', async () => {
    const target: DataSchemaInput['target'] = { kind: 'class', labels: ['blue', 'red'], minimumPerClass: 1 }
    await expect(openDataset(schemaOf({ target }), await half(), OPTIONS)).rejects.toMatchObject({
      code: 'DATA_TOO_FEW',
      message: expect.stringMatching(/label "blue" has 0 records for training, and the task asks for 1/),
    })
  })
})

it('reads the same records in any order and with repetitions, from a small cache too', async () => {
  const files: Record<string, Uint8Array> = {}
  for (let k = 0; k < 6; k++)
    files[`red/${k}.png`] = await plain({ r: k * 10, g: 0, b: 0 })
      .png()
      .toBuffer()
  await using data = await openDataset(schemaOf(), await dataFolder(files), { ...OPTIONS, memoryBytes: 2 * 48 })
  const { inputs, shape, targets } = await data.train.read([5, 0, 3, 3])
  expect(shape).toEqual([4, 4, 4, 3])
  expect([0, 1, 2, 3].map((row) => inputs[row * 48])).toEqual([50, 0, 30, 30])
  expect(Array.from(targets)).toEqual([1, 1, 1, 1])
  await expect(data.train.read([6])).rejects.toThrow(RangeError)
})
