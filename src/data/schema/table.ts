import { z } from 'zod'
import { distinctNames, meanField, nameField, stdField } from './fields.ts'
import { targetSchema } from './target.ts'

/** What a missing value becomes. `reject`: an error; `skip`: the record is left out; the others: an input (docs/data.md). */
const refusals = ['reject', 'skip'] as const

/** Most categories of a column: each is an input of the model. */
const CATEGORIES = 4096

const columnSchema = z.discriminatedUnion('type', [
  z.strictObject({
    name: nameField,
    type: z.literal('number'),
    missing: z.enum([...refusals, 'mean', 'zero', 'indicator']).default('reject'),
    mean: meanField.default(0),
    std: stdField.default(1),
  }),
  z.strictObject({
    name: nameField,
    type: z.literal('category'),
    categories: distinctNames(1, CATEGORIES),
    missing: z.enum([...refusals, 'zero', 'indicator']).default('reject'),
    /** What a category outside the list is: an error, a record left out, or zeros in every input of the column. */
    unknown: z.enum([...refusals, 'zero']).default('reject'),
  }),
  z.strictObject({
    name: nameField,
    type: z.literal('boolean'),
    missing: z.enum([...refusals, 'zero', 'indicator']).default('reject'),
  }),
])

/**
 * Records with named columns. Inputs stand in the order of `columns`: a number is one input, (value − mean) / std; a category one input for each
 * category, of which one is 1; a boolean one input, 0 or 1. `missing: 'indicator'` adds an input that is 1 where the value is missing.
 */
export const tableSchema = z
  .strictObject({
    kind: z.literal('table'),
    columns: z.array(columnSchema).min(1).max(4096),
    /** Spellings of a missing value in text files. */
    nulls: z.array(z.string().max(40)).max(40).default(['', 'NA', 'N/A', 'NULL', 'null', 'None', 'NaN', 'nan']),
    target: targetSchema,
  })
  .superRefine(({ columns, target }, context) => {
    const seen = new Set([target.column])
    for (const [index, { name }] of columns.entries()) {
      const message = name === target.column ? `column ${name} is the target` : `column ${name} stands twice`
      if (seen.has(name)) context.addIssue({ code: 'custom', path: ['columns', index, 'name'], message })
      seen.add(name)
    }
  })

export type TableSchema = z.output<typeof tableSchema>
export type TableColumn = z.output<typeof columnSchema>
