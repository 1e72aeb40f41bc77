import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explainSchemaDifference, inputShape, parseSchema, schemaHash } from '../../../src/data/index.ts'
import type { DataSchemaInput } from '../../../src/data/index.ts'

const IMAGE: DataSchemaInput = {
  kind: 'image',
  height: 28,
  width: 28,
  channels: 1,
  target: { kind: 'class', labels: ['cat', 'dog'] },
}

const TABLE = {
  kind: 'table',
  columns: [
    { name: 'age', type: 'number', mean: 40, std: 20, missing: 'indicator' },
    { name: 'sex', type: 'category', categories: ['f', 'm', 'x'], missing: 'zero' },
    { name: 'smoker', type: 'boolean' },
  ],
  target: { kind: 'class', column: 'ill', labels: ['no', 'yes'] },
} as const satisfies DataSchemaInput

describe('parseSchema', () => {
  it('fills in defaults, so that naming one changes no hash', () => {
    const plain = parseSchema(IMAGE)
    const explicit = parseSchema({ ...IMAGE, resize: 'fit', background: 0, mean: [0], std: [1] })
    expect(plain).toEqual(explicit)
    expect(schemaHash(plain)).toBe(schemaHash(explicit))
    expect(schemaHash(plain)).not.toBe(schemaHash(parseSchema({ ...IMAGE, resize: 'crop' })))
  })

  it('has one hash whatever the order of the keys and the spelling of accents', () => {
    const [composed, decomposed] = ['café', 'café'.normalize('NFD')]
    const of = (label: string): string =>
      schemaHash(
        parseSchema({ target: { labels: [label, 'bar'], kind: 'class' }, channels: 1, width: 28, height: 28, kind: 'image' }),
      )
    expect(composed).not.toBe(decomposed)
    expect(of(composed)).toBe(of(decomposed))
  })

  it('gives the width of the inputs', () => {
    expect(inputShape(parseSchema(IMAGE))).toEqual([28, 28, 1])
    expect(inputShape(parseSchema(TABLE))).toEqual([2 + 3 + 1])
  })

  it.each([
    ['an unknown key', { ...IMAGE, hight: 3 }, /hight/],
    ['an unknown kind', { kind: 'video' }, /kind/],
    ['one label', { ...IMAGE, target: { kind: 'class', labels: ['cat'] } }, /target\.labels/],
    ['a label that stands twice', { ...IMAGE, target: { kind: 'class', labels: ['cat', 'cat'] } }, /"cat" stands twice/],
    ['a scale for two channels', { ...IMAGE, channels: 3, mean: [0, 0] }, /mean: expected 1 number, or 3/],
    ['a std of 0', { ...TABLE, columns: [{ name: 'a', type: 'number', std: 0 }] }, /columns\.0\.std: Too small/],
    ['an infinite mean', { ...TABLE, columns: [{ name: 'a', type: 'number', mean: Infinity }] }, /columns\.0\.mean/],
    ['a record that fills the memory', { kind: 'arrays', shape: [1e6, 1e6], target: { kind: 'number' } }, /at most 50331648/],
    ['the target as an input', { ...TABLE, columns: [{ name: 'ill', type: 'number' }] }, /column ill is the target/],
    [
      'a category filled with a mean',
      { ...TABLE, columns: [{ name: 'a', type: 'category', categories: ['x'], missing: 'mean' }] },
      /columns\.0\.missing/,
    ],
  ])('refuses %s', (_, value, problem) => {
    expect(() => parseSchema(value)).toThrow(
      expect.objectContaining({ code: 'DATA_SCHEMA', message: expect.stringMatching(problem) }),
    )
  })
})

it('the schema of the user guide is one', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/data.md'), 'utf8')
  const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => parseSchema(JSON.parse(text!)))
  expect(examples.map((schema) => inputShape(schema))).toEqual([[1 + 2 + 2 + 1]])
})

describe('explainSchemaDifference', () => {
  const table = parseSchema(TABLE)
  const other = (change: (draft: typeof TABLE) => unknown): string[] =>
    explainSchemaDifference(parseSchema(change(structuredClone(TABLE))), table)

  it('is empty for equal schemas', () => {
    expect(other((same) => same)).toEqual([])
  })

  it('names column and value', () => {
    const [age, sex, smoker] = TABLE.columns
    expect(other((t) => ({ ...t, columns: [{ ...age, mean: 0 }, sex, smoker] }))).toEqual([
      'column age: mean is 0 here and 40 in the task',
    ])
    expect(other((t) => ({ ...t, columns: [age, { ...sex, categories: ['f', 'm', 'd'] }, smoker] }))).toEqual([
      'column sex: categories: "d" is here and not in the task',
      'column sex: categories: "x" is in the task and not here',
    ])
    expect(other((t) => ({ ...t, columns: [age, smoker] }))).toEqual(['column sex is in the task and not here'])
    expect(other((t) => ({ ...t, columns: [sex, age, smoker] }))).toEqual([
      'columns stand in another order: position 1 is sex here and age in the task',
    ])
  })

  it('names labels in another order: with them every target would be wrong', () => {
    expect(other((t) => ({ ...t, target: { ...t.target, labels: ['yes', 'no'] } }))).toEqual([
      'target.labels stand in another order: position 1 is "yes" here and "no" in the task',
    ])
  })

  it('names another kind and no more', () => {
    expect(explainSchemaDifference(parseSchema(IMAGE), table)).toEqual(['kind is image here and table in the task'])
  })
})
