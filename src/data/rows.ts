import type { PartName } from './dataset.ts'
import type { Findings } from './findings.ts'

/** A value as a file has it. Numbers that belong together (an image, a vector) are one cell. */
export type Cell = string | number | bigint | boolean | null | undefined | ArrayLike<number>

/** One record before the schema: values by name. */
export type Row = Readonly<Record<string, Cell>>

export interface ReadRows {
  /** Names that the schema has; others need not be read. */
  wanted: readonly string[]
  findings: Findings
  signal?: AbortSignal
}

/** A file, or a pair of files, with records. */
export interface RowFile {
  /** As people know it: relative to the folder. */
  name: string
  /** What the names of files and folders say; undefined where they say nothing. */
  part: PartName | undefined
  /** Names that every record has. Undefined where each record has its own. */
  columns: () => Promise<readonly string[] | undefined>
  /** Shape of one value of that name, where the file says it. */
  shapeOf?: (name: string) => Promise<readonly number[] | undefined>
  /** The records in their order, some at a time. */
  rows: (options: ReadRows) => AsyncIterable<readonly Row[]>
}
