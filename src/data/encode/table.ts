import { columnWidth } from '../schema/index.ts'
import type { TableSchema } from '../schema/index.ts'
import type { Findings } from '../findings.ts'
import type { Cell, Row } from '../rows.ts'
import { columnEncoder } from './columns.ts'
import { reportMissingName } from './encoder.ts'
import type { EncodedRow, Encoder } from './encoder.ts'
import { targetReader } from './target.ts'

/** Encodes records of a table: the inputs of each column after those of the column before. */
export function tableEncoder(schema: TableSchema, findings: Findings): Encoder {
  const nulls = new Set(schema.nulls)
  const isMissing = (cell: Cell): boolean =>
    cell === null || cell === undefined || (typeof cell === 'string' ? nulls.has(cell.trim()) : Number.isNaN(cell))
  const columns = schema.columns.map((column) => ({ column, ...columnEncoder(column, findings, isMissing) }))
  const inputs = new Float32Array(schema.columns.reduce((sum, column) => sum + columnWidth(column), 0))
  const input = new Uint8Array(inputs.buffer)
  const readTarget = targetReader(schema.target, findings, isMissing)
  const text = new TextEncoder()

  return {
    names: [...schema.columns.map(({ name }) => name), schema.target.column],
    checkNames(names, file) {
      for (const { column, report } of columns) {
        if (names.includes(column.name)) continue
        if (column.missing === 'reject' || column.missing === 'skip') reportMissingName(findings, column.name, names, file)
        else
          findings.note(
            { code: 'DATA_COLUMN_MISSING', problem: `column ${report.name} is missing and filled by ${column.missing}` },
            file,
          )
      }
      if (!names.includes(schema.target.column)) reportMissingName(findings, schema.target.column, names, file)
    },
    encode(row: Row, place): EncodedRow | undefined {
      inputs.fill(0)
      let at = 0
      // Every column is looked at even after a fault, so that one check reports them all.
      const values = columns.map(({ column, encode }) => {
        const value = encode(row[column.name], inputs, at, place)
        at += columnWidth(column)
        return value
      })
      const target = readTarget(row[schema.target.column], place)
      if (target === undefined || values.includes(undefined)) return undefined
      return { input, target: target.value, canonical: text.encode(JSON.stringify([...values, target.text])) }
    },
    reports: () => columns.map(({ report }) => report),
  }
}
