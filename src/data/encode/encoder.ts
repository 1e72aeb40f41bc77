import type { Findings } from '../findings.ts'
import type { Row } from '../rows.ts'
import type { DataSchema } from '../schema/index.ts'

/** What was seen of a column of a table. */
export interface ColumnReport {
  name: string
  /** Records in which the value is missing. */
  missing: number
  /** Records with a category that the schema does not have. */
  unknown: number
  /** Of a number: the extremes before scaling, and the mean after it, which is near 0 where the schema's scaling fits. */
  smallest?: number
  largest?: number
  scaledMean?: number
}

export interface EncodedRow {
  /** The inputs as bytes of float32 or uint8. Reused by the next call. */
  input: Uint8Array
  target: number
  /** The record's canonical bytes: what its hash is made of. */
  canonical: Uint8Array
}

/** Turns records into rows of inputs, for one schema. */
export interface Encoder {
  /** Names of the values that are read. */
  readonly names: readonly string[]
  /** Reports names that no record of a file has. */
  checkNames(columns: readonly string[], file: string): void
  /** Undefined when the record was reported and is not used. */
  encode(row: Row, place: () => string): EncodedRow | undefined
  /** What was seen of each column so far; empty for other data than tables. */
  reports(): ColumnReport[]
}

export type MakeEncoder<Schema extends DataSchema> = (schema: Schema, findings: Findings) => Encoder

/** Reports that a file lacks a name, with the names that it has. */
export function reportMissingName(findings: Findings, name: string, columns: readonly string[], file: string): void {
  const near = columns.find((column) => column.trim().toLowerCase() === name.toLowerCase())
  const shown = columns.length > 12 ? `${columns.slice(0, 12).join(', ')} and ${columns.length - 12} more` : columns.join(', ')
  const advice =
    near === undefined
      ? `The file has ${shown}. Rename the column, or set its \`missing\` to a rule that fills it.`
      : `Rename ${JSON.stringify(near)} in the file: names must match exactly.`
  findings.error({ code: 'DATA_COLUMN_MISSING', problem: `${JSON.stringify(name)} is missing`, advice }, file)
}
