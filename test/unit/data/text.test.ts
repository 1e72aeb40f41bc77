import { describe, expect, it } from 'vitest'
import { checkDataset, openDataset, parseSchema, wordTokeniser } from '../../../src/data/index.ts'
import type { DataSchemaInput, OpenOptions } from '../../../src/data/index.ts'
import { keccak, toHex } from '../../../src/protocol/index.ts'
import { dataFolder } from './data-folder.ts'

type TextInput = Extract<DataSchemaInput, { kind: 'text' }>
const OPTIONS: OpenOptions = { seed: 'a', heldOut: 0 }
const DEFINITION = wordTokeniser(['the', 'cat', 'sat', 'café'])
const FILE = JSON.stringify(DEFINITION)

const schemaOf = (change: Partial<TextInput> = {}) =>
  parseSchema({
    kind: 'text',
    tokeniser: { definition: DEFINITION },
    maxTokens: 4,
    target: { kind: 'class', labels: ['bad', 'good'] },
    ...change,
  })

async function read(schema: ReturnType<typeof schemaOf>, files: Record<string, string | Uint8Array>): Promise<number[][]> {
  await using data = await openDataset(schema, await dataFolder(files), OPTIONS)
  const width = data.inputShape[0]!
  const { inputs, targets } = await data.train.read(Array.from({ length: data.train.count }, (_, k) => k))
  return Array.from(targets, (target, k) => [...inputs.subarray(k * width, (k + 1) * width), target])
}

describe('texts', () => {
  it.each([
    ['a column of a CSV file', { 'a.csv': 'text,label\n"The cat, sat",good\nCafé dog,bad\n' }],
    ['JSON lines', { 'a.jsonl': '{"text":"The cat, sat","label":"good"}\n{"text":"Café dog","label":"bad"}\n' }],
    ['files in folders', { 'good/1.txt': 'The cat, sat', 'bad/2.txt': 'Café dog' }],
  ])('are read from %s', async (kind, files) => {
    const rows = [
      [2, 3, 1, 4, 1],
      [5, 1, 0, 0, 0],
    ]
    // Files are read in the order of their names.
    expect(await read(schemaOf(), files)).toEqual(kind === 'files in folders' ? rows.toReversed() : rows)
  })

  it('have parts and labels from folders', async () => {
    const files = { 'train/good/1.txt': 'cat', 'test/bad/2.txt': 'the', 'loose.txt': 'x' }
    await using data = await openDataset(schemaOf(), await dataFolder(files), OPTIONS)
    expect([Array.from(data.train.targets), Array.from(data.test.targets)]).toEqual([[1], [0]])
    expect(data.findings[0]).toMatchObject({ severity: 'skipped', places: ['loose.txt'] })
  })

  it('are cut and padded, and the cut ones are counted', async () => {
    const schema = schemaOf({ maxTokens: 2, padId: 9 })
    const files = { 'a.csv': 'text,label\nthe cat sat,good\ncat,bad\n' }
    expect(await read(schema, files)).toEqual([
      [2, 3, 1],
      [3, 9, 0],
    ])
    const { findings } = await checkDataset(schema, await dataFolder(files), OPTIONS)
    expect(findings[0]).toMatchObject({ severity: 'note', count: 1, places: ['a.csv, record 1'] })
  })

  it('that are empty or not UTF-8 are left out and counted', async () => {
    const files = { 'good/1.txt': 'cat', 'good/2.txt': ' \n', 'good/3.txt': Buffer.from('caf\xE9', 'latin1') }
    const { ok, train, findings } = await checkDataset(schemaOf(), await dataFolder(files), OPTIONS)
    expect([ok, train]).toEqual([true, 1])
    expect(findings.filter(({ severity }) => severity === 'skipped').map(({ problem, count }) => [problem, count])).toEqual([
      ['the text text is empty', 1],
      ['a text cannot be read as UTF-8', 1],
    ])
  })
})

describe('a tokeniser', () => {
  const hash = toHex(keccak(new TextEncoder().encode(FILE)))
  const csv = { 'a.csv': 'text,label\nthe cat,good\n' }
  const named = schemaOf({ tokeniser: { name: 'words', hash } })

  it('may be a file, whose hash the schema has', async () => {
    expect(await read(named, { ...csv, 'tokenizer.json': FILE })).toEqual([[2, 3, 0, 0, 1]])
  })

  it('is asked for where it is missing, and refused where it is another', async () => {
    await expect(read(named, csv)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' })
    await expect(read(named, { ...csv, 'tokenizer.json': `${FILE} ` })).rejects.toMatchObject({ code: 'DATA_SCHEMA_DIFFERS' })
  })

  it('that the library does not know is an error', async () => {
    await expect(read(schemaOf({ tokeniser: { definition: { model: {} } } }), csv)).rejects.toMatchObject({ code: 'DATA_SCHEMA' })
  })
})
