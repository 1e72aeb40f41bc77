import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDataset, parseSchema } from '../../../src/data/index.ts'
import fc, { runs } from '../../support/fast-check.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-data-property-'))
})
afterAll(async () => rm(folder, { recursive: true }))

/** A value as RFC 4180 writes it. */
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Words that readers of tables stumble over; none is a spelling of a missing value. */
const word = fc
  .array(fc.constantFrom('a', 'é', '"', ',', ';', '\n', "'", '#', '\\', '|', ' ', '0', '-', '語', '\t'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => `x${parts.join('')}x`)

const table = fc
  .record({
    categories: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
    labels: fc.uniqueArray(word, { minLength: 2, maxLength: 3 }),
    rows: fc.array(
      fc.record({
        number: fc.option(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { nil: undefined }),
        category: fc.option(fc.nat(), { nil: undefined }),
        flag: fc.boolean(),
        label: fc.nat(),
      }),
      { minLength: 1, maxLength: 30 },
    ),
  })
  .map(({ categories, labels, rows }) => ({
    categories,
    labels,
    rows: rows.map(({ number, category, flag, label }) => ({
      number,
      category: category === undefined ? undefined : category % categories.length,
      flag,
      label: label % labels.length,
    })),
  }))

it('what is written as CSV is read as the schema says', async () => {
  await fc.assert(
    fc.asyncProperty(table, async ({ categories, labels, rows }) => {
      const lines = rows.map(({ number, category, flag, label }) =>
        [
          number === undefined ? '' : String(number),
          category === undefined ? '' : categories[category]!,
          String(flag),
          labels[label]!,
        ]
          .map(quoted)
          .join(','),
      )
      await writeFile(join(folder, 'a.csv'), `number,category,flag,label\n${lines.join('\n')}\n`)
      const schema = parseSchema({
        kind: 'table',
        columns: [
          { name: 'number', type: 'number', mean: 3, std: 7, missing: 'indicator' },
          { name: 'category', type: 'category', categories, missing: 'zero' },
          { name: 'flag', type: 'boolean' },
        ],
        target: { kind: 'class', labels },
      })
      await using data = await openDataset(schema, folder, { seed: '', heldOut: 0 })
      const { inputs, targets } = await data.train.read(rows.map((_, k) => k))
      const expected = rows.flatMap(({ number, category, flag }) => [
        number === undefined ? 0 : Math.fround((number - 3) / 7),
        number === undefined ? 1 : 0,
        ...categories.map((_, k) => (k === category ? 1 : 0)),
        flag ? 1 : 0,
      ])
      expect(Array.from(inputs)).toEqual(expected.map((value) => value + 0))
      expect(Array.from(targets)).toEqual(rows.map(({ label }) => label))
    }),
    { numRuns: runs(60) },
  )
})
