import type { Findings } from '../findings.ts'
import type { DataSchema } from '../schema/index.ts'
import { arraysEncoder } from './arrays.ts'
import type { Encoder } from './encoder.ts'
import { tableEncoder } from './table.ts'
import { textEncoder } from './text.ts'
import { loadTokeniser } from './tokeniser.ts'

/** From records with named values to rows of inputs. Images have no such records: `loaders/images.ts` decodes them. */
export async function makeEncoder(
  schema: Exclude<DataSchema, { kind: 'image' }>,
  findings: Findings,
  { folder, tokeniser }: { folder: string; tokeniser?: string },
): Promise<Encoder> {
  if (schema.kind === 'table') return tableEncoder(schema, findings)
  if (schema.kind === 'arrays') return arraysEncoder(schema, findings)
  return textEncoder(schema, findings, await loadTokeniser(schema, folder, tokeniser))
}

export type { ColumnReport, Encoder } from './encoder.ts'
export { wordTokeniser } from './word-tokeniser.ts'
export type { TokeniserDefinition } from './word-tokeniser.ts'
