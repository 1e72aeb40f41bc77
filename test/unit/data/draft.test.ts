import { zipSync } from 'fflate'
import { dump } from 'npyjs'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { checkDataset, draftSchema, parseSchema, wordTokeniser } from '../../../src/data/index.ts'
import { dataFolder } from './data-folder.ts'

/** A draft of a folder is a schema after which the folder can be trained on. */
async function draftOf(files: Record<string, string | Uint8Array>, options: Parameters<typeof draftSchema>[1] = {}) {
  const folder = await dataFolder(files)
  const draft = await draftSchema(folder, options)
  const { ok, findings } = await checkDataset(parseSchema(draft.schema), folder, { seed: 'a' })
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(ok).toBe(true)
  return draft
}

it('a table: types, missing values, labels as the file writes them', async () => {
  const rows = Array.from({ length: 40 }, (_, k) =>
    [
      k,
      `Name ${k}`,
      k % 2 ? 30 : '',
      k / 8,
      k % 3 ? 'f' : 'm',
      k % 2 ? 'true' : 'false',
      k % 7 === 0 && k < 14 ? 'rare' : 'A',
      `2024-01-${(k % 28) + 1}`,
      k % 2 ? 'yes' : 'no',
    ].join(','),
  )
  const { schema, notes } = await draftOf(
    { 'a.csv': `id,name,age,score,sex,smoker,ward,day,ill\n${rows.join('\n')}\n` },
    { target: 'ill' },
  )
  expect(schema).toEqual({
    kind: 'table',
    columns: [
      { name: 'age', type: 'number', missing: 'indicator', mean: 0, std: 10 },
      { name: 'score', type: 'number', missing: 'reject', mean: 0, std: 1 },
      { name: 'sex', type: 'category', categories: ['f', 'm'], missing: 'reject', unknown: 'zero' },
      { name: 'smoker', type: 'boolean', missing: 'reject' },
      // A value that occurs twice may tell of one person.
      { name: 'ward', type: 'category', categories: ['A'], missing: 'reject', unknown: 'zero' },
    ],
    target: { kind: 'class', column: 'ill', labels: ['no', 'yes'] },
  })
  expect(notes.filter((note) => note.includes('left out'))).toEqual([
    'column id is left out: every value is another whole number, as of an identifier',
    'column name is left out: no value occurs 5 times',
    'column day is left out: its type DATE is no number, category or boolean',
  ])
})

it('a table: a number as target, also in JSON lines; a target that is not there', async () => {
  const lines = Array.from({ length: 30 }, (_, k) => JSON.stringify({ a: k / 4, cost: k * 1.5 }))
  const files = { 'a.jsonl': lines.join('\n') }
  const { schema } = await draftOf(files, { target: 'cost' })
  expect(schema.target).toEqual({ kind: 'number', column: 'cost', mean: 0, std: 1 })
  await expect(draftOf(files, { target: 'price' })).rejects.toMatchObject({
    code: 'DATA_COLUMN_MISSING',
    message: expect.stringContaining('a, cost'),
  })
})

it('images: size, channels and labels', async () => {
  const image = async (width: number, height: number): Promise<Uint8Array> =>
    sharp({ create: { width, height, channels: 3, background: 'grey' } })
      .toColourspace('b-w')
      .png()
      .toBuffer()
  const { schema } = await draftOf({ 'cat/1.png': await image(30, 20), 'dog/2.png': await image(30, 40) })
  expect(schema).toEqual({
    kind: 'image',
    height: 30,
    width: 30,
    channels: 1,
    target: { kind: 'class', column: 'label', labels: ['cat', 'dog'] },
  })
})

it('texts: the tokeniser of the folder, or one of words', async () => {
  const files = { 'good/1.txt': 'the cat', 'bad/2.txt': 'a dog' }
  const named = await draftOf({ ...files, 'tokenizer.json': JSON.stringify(wordTokeniser(['the', 'a'])) })
  expect(named.schema).toMatchObject({ tokeniser: { name: 'tokenizer.json' }, target: { labels: ['bad', 'good'] } })
  const words = await draftOf({ 'a.csv': 'body,label\nthe cat,good\na dog,bad\n' }, { text: 'body', words: ['the', 'a'] })
  expect(words.schema).toMatchObject({ column: 'body', target: { labels: ['bad', 'good'] } })
  await expect(draftOf(files)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND', message: expect.stringContaining('--words') })
})

it('arrays: shape, type and labels', async () => {
  const x = new Uint8Array(
    dump(
      Float32Array.from({ length: 12 }, (_, k) => k / 2),
      [2, 2, 3],
    ),
  )
  const y = new Uint8Array(dump(Int32Array.of(3, 10), [2]))
  const { schema } = await draftOf({ 'a.npz': zipSync({ 'x.npy': x, 'y.npy': y }) })
  expect(schema).toEqual({
    kind: 'arrays',
    inputs: 'x',
    shape: [2, 3],
    target: { kind: 'class', column: 'y', labels: ['3', '10'] },
  })
})

it('an empty folder is an error', async () => {
  await expect(draftOf({})).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' })
})
