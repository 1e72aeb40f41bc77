import type { DataSchemaInput } from '../schema/index.ts'

export interface DraftOptions {
  /** Column of the target; `label` by default. */
  target?: string
  /** Column of texts, where the records are texts and not a table. */
  text?: string
  /** Words of a tokeniser, where the folder has no `tokenizer.json`. */
  words?: readonly string[]
}

/** A schema to be edited, with what its author should look at. */
export interface Draft {
  schema: DataSchemaInput
  notes: string[]
}

/** Smallest number of records that have a value before a draft names it: rarer ones may be about one person. */
export const SEEN_OFTEN = 5

/** Labels as people expect them: numbers by size, texts by alphabet. */
export function sortLabels(labels: Iterable<string>): string[] {
  const list = [...new Set(labels)]
  return list.every((label) => /^-?\d+$/.test(label))
    ? list.sort((a, b) => Number(a) - Number(b))
    : list.sort((a, b) => (a < b ? -1 : 1))
}
