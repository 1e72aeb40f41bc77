import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { checkDataset, openDataset, parseSchema, readSamples } from '../../../src/data/index.ts'
import type { DataReport, DataSchemaInput, OpenOptions } from '../../../src/data/index.ts'
import { pathLiteral, withDuckDb } from '../../../src/data/loaders/duckdb.ts'
import { dataFolder } from './data-folder.ts'
import { LONG } from '../../support/long.ts'

type TableInput = Extract<DataSchemaInput, { kind: 'table' }>
const OPTIONS: OpenOptions = { seed: 'a', heldOut: 0 }
const ILL: TableInput['target'] = { kind: 'class', column: 'ill', labels: ['no', 'yes'] }

const schemaOf = (columns: TableInput['columns'], target: TableInput['target'] = ILL) =>
  parseSchema({ kind: 'table', columns, target })
const AGE = { name: 'age', type: 'number', mean: 40, std: 20 } as const
const SEX = { name: 'sex', type: 'category' as const, categories: ['f', 'm'] }
const SMOKER = { name: 'smoker', type: 'boolean' } as const

/** Inputs of every record, and targets. */
async function read(schema: ReturnType<typeof schemaOf>, files: Record<string, string | Uint8Array>): Promise<number[][]> {
  await using data = await openDataset(schema, await dataFolder(files), OPTIONS)
  const width = data.inputShape[0]!
  const { inputs, targets } = await data.train.read(Array.from({ length: data.train.count }, (_, k) => k))
  return Array.from(targets, (target, k) => [...inputs.subarray(k * width, (k + 1) * width), target])
}

async function check(schema: ReturnType<typeof schemaOf>, files: Record<string, string | Uint8Array>): Promise<DataReport> {
  return checkDataset(schema, await dataFolder(files), OPTIONS)
}

const shown = ({ findings }: DataReport): string[] =>
  findings.map(({ severity, code, problem, count, places }) => `${severity} ${code} ${problem} ×${count} ${places[0] ?? ''}`)

const CSV = 'id,age,sex,smoker,ill\n1,60,m,true,yes\n2,20,f,0,no\n'
const EXPECTED = [
  [1, 0, 1, 1, 1],
  [-1, 1, 0, 0, 0],
]

describe('a table', () => {
  const schema = schemaOf([AGE, SEX, SMOKER])

  it.each([
    ['CSV', { 'a.csv': CSV }],
    ['CSV with semicolons and a byte order mark', { 'a.csv': `\uFEFF${CSV.replaceAll(',', ';')}` }],
    ['CSV with quotes and other line ends', { 'a.csv': CSV.replaceAll('\n', '\r\n').replaceAll('m,', '"m",') }],
    ['TSV', { 'a.tsv': CSV.replaceAll(',', '\t') }],
    ['compressed CSV', { 'a.csv.gz': gzipSync(CSV) }],
    ['columns in another order', { 'a.csv': 'ill,smoker,sex,age\nyes,yes,m,6e1\nno,no,f,20.0\n' }],
    [
      'JSON lines',
      { 'a.jsonl': '{"age":60,"sex":"m","smoker":true,"ill":"yes"}\n\n{"age":"20","sex":"f","smoker":0,"ill":"no"}\n' },
    ],
    ['two files', { 'a.csv': 'age,sex,smoker,ill\n60,m,1,yes\n', 'b.csv': 'age,sex,smoker,ill\n20,f,0,no\n' }],
  ])('is read from %s', async (_, files) => {
    expect(await read(schema, files)).toEqual(EXPECTED)
  })

  it('is read from Parquet, whatever the types of its columns', async () => {
    const folder = await dataFolder()
    const rows = `SELECT 60::BIGINT AS age, 'm' AS sex, true AS smoker, 'yes' AS ill UNION ALL SELECT 20, 'f', false, 'no'`
    await withDuckDb(async (db) => db.run(`COPY (${rows}) TO '${folder}/a.parquet' (FORMAT parquet)`))
    await using data = await openDataset(schema, folder, OPTIONS)
    expect(Array.from((await data.train.read([0, 1])).inputs)).toEqual(EXPECTED.flatMap((row) => row.slice(0, 4)))
  })

  it('takes parts from file names, and numbers as targets', async () => {
    const target = { kind: 'number', column: 'cost', mean: 100, std: 50 } as const
    const folder = await dataFolder({ 'train.csv': 'age,cost\n60,200\n', 'test.csv': 'age,cost\n20,50\n' })
    await using data = await openDataset(schemaOf([AGE], target), folder, OPTIONS)
    expect(await readSamples(data, 'train')).toEqual({ inputs: Float32Array.of(1), labels: Float32Array.of(2) })
    expect(await readSamples(data, 'test')).toEqual({ inputs: Float32Array.of(-1), labels: Float32Array.of(-1) })
  })

  it('has the same record hashes however its values are spelled', async () => {
    const hashesOf = async (csv: string): Promise<Uint8Array> => {
      await using data = await openDataset(schema, await dataFolder({ 'a.csv': csv }), OPTIONS)
      return data.recordHashes
    }
    const plain = await hashesOf('age,sex,smoker,ill\n60,m,true,yes\n')
    expect(await hashesOf('id,smoker,age,sex,ill\n7,Yes,6.0e1, m ,yes\n')).toEqual(plain)
    expect(await hashesOf('age,sex,smoker,ill\n60,m,false,yes\n')).not.toEqual(plain)
  })

  it('has the same record hashes in CSV and in Parquet', async () => {
    const csv = await dataFolder({ 'a.csv': 'age,ill\n60,yes\n20,no\n' })
    const parquet = await dataFolder()
    await withDuckDb(async (db) =>
      db.run(`COPY (SELECT 60 AS age, 'yes' AS ill UNION ALL SELECT 20, 'no') TO '${parquet}/a.parquet' (FORMAT parquet)`),
    )
    await using a = await openDataset(schemaOf([AGE]), csv, OPTIONS)
    await using b = await openDataset(schemaOf([AGE]), parquet, OPTIONS)
    expect(a.recordHashes).toEqual(b.recordHashes)
  })

  it('is read from a path that looks like a pattern', async () => {
    expect(await read(schemaOf([AGE]), { "it's [1]*?.csv": CSV, 'i.csv': 'age,ill\n40,no\n' })).toEqual([
      [0, 0],
      [1, 1],
      [-1, 0],
    ])
    expect(pathLiteral("/a'[b].csv")).toBe("'/a''[[]b].csv'")
  })
})

describe('missing values', () => {
  const files = { 'a.csv': 'age,sex,ill\n60,m,yes\n,f,no\nNA,,no\nnan,m,yes\n' }
  const number = (missing: 'mean' | 'zero' | 'indicator' | 'skip') => schemaOf([{ ...AGE, missing }])

  it.each([
    [
      'mean',
      [
        [1, 1],
        [0, 0],
        [0, 0],
        [0, 1],
      ],
    ],
    [
      'zero',
      [
        [1, 1],
        [-2, 0],
        [-2, 0],
        [-2, 1],
      ],
    ],
    [
      'indicator',
      [
        [1, 0, 1],
        [0, 1, 0],
        [0, 1, 0],
        [0, 1, 1],
      ],
    ],
    ['skip', [[1, 1]]],
  ] as const)('of a number: %s', async (missing, expected) => {
    expect(await read(number(missing), files)).toEqual(expected)
  })

  it('of a category: zero and indicator', async () => {
    expect((await read(schemaOf([{ ...SEX, missing: 'zero' }]), files))[2]).toEqual([0, 0, 0])
    expect((await read(schemaOf([{ ...SEX, missing: 'indicator' }]), files))[2]).toEqual([0, 0, 1, 0])
  })

  it('are an error by default, with the first records named and a way out', async () => {
    const report = await check(schemaOf([AGE, SEX]), files)
    expect(report.ok).toBe(false)
    expect(shown(report)).toEqual(
      expect.arrayContaining([
        'error DATA_VALUE column age: the value is missing ×3 a.csv, record 2',
        'error DATA_VALUE column sex: the value is missing ×1 a.csv, record 3',
      ]),
    )
    expect(report.findings[0]!.advice).toMatch(/skip leaves such records out/)
    expect(report.columns.map(({ name, missing }) => [name, missing])).toEqual([
      ['age', 3],
      ['sex', 1],
    ])
  })

  it('of the target leave the record out', async () => {
    const report = await check(schemaOf([AGE]), { 'a.csv': 'age,ill\n60,yes\n50,\n' })
    expect([report.ok, report.train]).toEqual([true, 1])
    expect(shown(report)[0]).toBe('skipped DATA_VALUE the target ill is missing ×1 a.csv, record 2')
  })

  it('of a whole column are filled where the schema says how, and are an error elsewhere', async () => {
    const lacking = { 'a.csv': 'Age,ill\n60,yes\n' }
    expect(await read(number('indicator'), lacking)).toEqual([[0, 1, 1]])
    const report = await check(schemaOf([AGE]), lacking)
    expect(report.findings[0]).toMatchObject({
      code: 'DATA_COLUMN_MISSING',
      problem: '"age" is missing',
      advice: 'Rename "Age" in the file: names must match exactly.',
    })
  })
})

describe('bad tables', () => {
  it.each([
    ['an infinite number', 'age,ill\n-inf,yes\n', 'column age is infinite'],
    ['a number beyond float32', 'age,ill\n1e39,yes\n', 'column age is infinite'],
    ['a word', 'age,ill\nforty,yes\n', 'column age is not a number'],
    ['a decimal comma', 'age,ill\n"4,5",yes\n', 'column age has a decimal comma; write numbers with a decimal point'],
    ['hexadecimal digits', 'age,ill\n0x10,yes\n', 'column age is not a number'],
  ])('%s is an error', async (_, csv, problem) => {
    expect(shown(await check(schemaOf([AGE]), { 'a.csv': csv }))).toContain(`error DATA_VALUE ${problem} ×1 a.csv, record 1`)
  })

  it('a number that the schema scales beyond float32 is an error', async () => {
    const schema = schemaOf([{ ...AGE, std: 1e-12 }], { kind: 'number', column: 'ill', std: 1e-12 })
    const lines = shown(await check(schema, { 'a.csv': 'age,ill\n1e30,1\n1,1e30\n' }))
    expect(lines).toContain('error DATA_VALUE column age is infinite after scaling ×1 a.csv, record 1')
    expect(lines).toContain('error DATA_VALUE the target ill is infinite after scaling ×1 a.csv, record 2')
  })

  it('NaN is an error where NaN is no spelling of a missing value', async () => {
    const schema = parseSchema({ kind: 'table', columns: [AGE], nulls: [], target: ILL })
    expect(shown(await check(schema, { 'a.csv': 'age,ill\nNaN,yes\n' }))).toContain(
      'error DATA_VALUE column age is NaN ×1 a.csv, record 1',
    )
  })

  it('lines with too few or too many values are errors with their numbers', async () => {
    const report = await check(schemaOf([AGE]), { 'a.csv': 'age,ill\n1,yes\n2\n3,no\n4,no,7\n5,yes\n' })
    expect(shown(report).slice(0, 2)).toEqual([
      'error DATA_UNREADABLE a line has too few values ×1 a.csv, line 3',
      'error DATA_UNREADABLE a line has too many values ×1 a.csv, line 5',
    ])
  })

  it('lines that are not UTF-8 are errors with their numbers', async () => {
    const latin1 = Buffer.from('age,ill\n1,yes\n2,n\xE9\n', 'latin1')
    expect(shown(await check(schemaOf([AGE]), { 'a.csv': latin1 }))[0]).toBe(
      'error DATA_UNREADABLE a line is not UTF-8 ×1 a.csv, line 3',
    )
    const json = Buffer.from('{"age":1,"ill":"yes"}\n{"age":1,"ill":"n\xE9"}\n{"age":\n', 'latin1')
    expect(shown(await check(schemaOf([AGE]), { 'a.jsonl': json }))).toEqual(
      expect.arrayContaining([
        'error DATA_UNREADABLE a line is not UTF-8 ×1 a.jsonl, line 2',
        'error DATA_UNREADABLE a line is not JSON ×1 a.jsonl, line 3',
      ]),
    )
  })

  it('a category that nobody else has is an error, a record left out or zeros, as the schema says', async () => {
    const files = { 'a.csv': 'sex,ill\nf,yes\nother,no\n' }
    const report = await check(schemaOf([SEX]), files)
    expect(shown(report)[0]).toBe('error DATA_VALUE column sex: category "other" is not in the schema ×1 a.csv, record 2')
    expect(report.columns[0]!.unknown).toBe(1)
    expect(await read(schemaOf([{ ...SEX, unknown: 'skip' }]), files)).toEqual([[1, 0, 1]])
    expect(await read(schemaOf([{ ...SEX, unknown: 'zero' }]), files)).toEqual([
      [1, 0, 1],
      [0, 0, 0],
    ])
  })

  it('an unknown label is an error', async () => {
    expect(shown(await check(schemaOf([AGE]), { 'a.csv': 'age,ill\n1,Yes\n' }))[0]).toBe(
      'error DATA_LABEL_UNKNOWN label "Yes" is not one of the schema: no, yes ×1 a.csv, record 1',
    )
  })

  it.each([
    ['an empty file', ''],
    ['a header alone', 'age,ill\n'],
  ])('%s is an error', async (_, csv) => {
    const report = await check(schemaOf([AGE]), { 'a.csv': csv })
    expect(report.ok).toBe(false)
    expect(report.findings.at(-1)!.code).toBe('DATA_TOO_FEW')
  })

  it.each([
    ['UTF-16', Buffer.from('\uFEFFage,ill\n1,yes\n', 'utf16le'), /^error DATA_UNREADABLE the file is UTF-16; .*iconv.* a\.csv$/],
    ['quotes after backslashes', 'age,ill\n"1 \\"one\\" x",yes\n2,no\n', /no delimiter fits every line.* a\.csv$/],
  ])('%s are named', async (_, csv, problem) => {
    expect(shown(await check(schemaOf([AGE]), { 'a.csv': csv }))[0]).toMatch(problem)
  })

  it('compressed files that are cut are errors', async () => {
    const lines = Array.from({ length: 5000 }, (_, k) => [Math.round(Math.sin(k) * 1e6), 'yes'])
    const csv = gzipSync(`age,ill\n${lines.map((line) => line.join()).join('\n')}\n`)
    const json = gzipSync(lines.map(([age, ill]) => JSON.stringify({ age, ill })).join('\n'))
    const sets: Record<string, string | Uint8Array>[] = [
      { 'a.csv.gz': csv.subarray(0, csv.length / 2) },
      { 'a.csv.gz': 'text' },
      { 'a.jsonl.gz': json.subarray(0, json.length / 2) },
      { 'a.jsonl.gz': 'text' },
    ]
    for (const files of sets)
      expect(shown(await check(schemaOf([AGE]), files))[0]).toMatch(/^error DATA_UNREADABLE .* a\.(?:jsonl|csv)\.gz$/)
  })

  it('reading stops when it is cancelled', async () => {
    const folder = await dataFolder({ 'a.csv': CSV })
    const options = { ...OPTIONS, signal: AbortSignal.abort() }
    await expect(openDataset(schemaOf([AGE]), folder, options)).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(checkDataset(schemaOf([AGE]), folder, options)).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('a broken Parquet file and a folder without tables are errors', async () => {
    expect(shown(await check(schemaOf([AGE]), { 'a.parquet': 'garbage' }))[0]).toMatch(
      /^error DATA_UNREADABLE .*Parquet.* a\.parquet/,
    )
    await expect(check(schemaOf([AGE]), { 'a.doc': 'x' })).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' })
  })

  it('values in another unit are noted', async () => {
    const report = await check(schemaOf([{ ...AGE, std: 1 }]), { 'a.csv': 'age,ill\n600,yes\n580,no\n' })
    expect([report.ok, shown(report).find((line) => line.includes('standard deviations'))]).toEqual([
      true,
      'note DATA_VALUE column age: the values 580…600 lie 550 standard deviations from the mean of the schema ×1 ',
    ])
  })

  it('held-out records that are trained on too are noted', async () => {
    const report = await check(schemaOf([AGE]), {
      'train.csv': 'age,ill\n1,yes\n2,no\n2,no\n',
      'test.csv': 'age,ill\n2.0,no\n1,no\n',
    })
    expect(shown(report)).toEqual([
      'note DATA_VALUE 1 held-out records are among those for training too, so the score flatters the model ×1 ',
    ])
  })

  it('a thousand unknown categories are few findings', async () => {
    const lines = Array.from({ length: 1000 }, (_, k) => `c${k},yes`).join('\n')
    const report = await check(schemaOf([SEX]), { 'a.csv': `sex,ill\n${lines}\n` })
    expect(report.findings.length).toBeLessThan(210)
    expect(report.findings.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(1000)
  })
})

it('the last batch may hold one record, and one record is a data set', async () => {
  await using data = await openDataset(schemaOf([AGE]), await dataFolder({ 'a.csv': 'age,ill\n60,yes\n' }), {
    seed: 'a',
    heldOut: 0.9,
  })
  expect([data.train.count, data.test.count]).toEqual([1, 0])
  expect((await data.train.read([0])).shape).toEqual([1, 1])
})

it.runIf(LONG)('a million records take bounded memory', { timeout: 600_000 }, async () => {
  const folder = await dataFolder({ 'big.csv': 'a,b,c,d,ill\n' })
  const lines = Array.from({ length: 10_000 }, (_, k) => `${k},${k / 7},${-k},${k % 5},${k % 2 ? 'yes' : 'no'}\n`).join('')
  for (let k = 0; k < 100; k++) await appendFile(join(folder, 'big.csv'), lines)
  const columns = ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'number' as const, std: 1000 }))
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 20)
  const before = process.memoryUsage().arrayBuffers
  await using data = await openDataset(schemaOf(columns), folder, { seed: 'a', memoryBytes: 4 << 20 })
  clearInterval(watch)
  expect(data.train.count + data.test.count).toBe(1_000_000)
  const { inputs, targets } = await data.train.read([data.train.count - 1, 0])
  expect(inputs.length).toBe(8)
  expect(Array.from(inputs.subarray(4))).toEqual([0, 0, 0, 0])
  expect(targets.length).toBe(2)
  // 37 bytes a record, twice while a list grows, and the blocks of the store.
  expect(most - before).toBeLessThan(180 << 20)
})

it('more than 256 labels are numbers of 32 bits', async () => {
  const labels = Array.from({ length: 300 }, (_, k) => `l${k}`)
  const schema = schemaOf([AGE], { kind: 'class', column: 'ill', labels })
  await using data = await openDataset(schema, await dataFolder({ 'a.csv': 'age,ill\n1,l299\n2,l0\n' }), OPTIONS)
  expect((await readSamples(data, 'train')).labels).toEqual(Int32Array.of(299, 0))
})
