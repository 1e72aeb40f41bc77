import { columnWidth } from '../schema/index.ts'
import type { TableColumn, TableSchema } from '../schema/index.ts'
import type { Findings } from '../findings.ts'
import type { Cell, Row } from '../rows.ts'
import { canonicalCell, reportMissingName } from './encoder.ts'
import type { ColumnReport, EncodedRow, Encoder } from './encoder.ts'
import { readNumber } from './read-number.ts'
import { targetReader } from './target.ts'

interface ColumnEncoder {
  report: ColumnReport
  /** Writes the inputs at `at`, which are zeros before. False when the record was reported and is not used. */
  encode: (cell: Cell, inputs: Float32Array, at: number, place: () => string) => boolean
}

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
      let usable = true
      // Every column is looked at even after a fault, so that one check reports them all.
      for (const { column, encode } of columns) {
        if (!encode(row[column.name], inputs, at, place)) usable = false
        at += columnWidth(column)
      }
      const cell = row[schema.target.column]
      const target = readTarget(cell, place)
      if (!usable || target === undefined) return undefined
      const cells = [...columns.map(({ column }) => row[column.name]), cell]
      const canonical = text.encode(JSON.stringify(cells.map((value) => canonicalCell(value, isMissing(value)))))
      return { input, target, canonical }
    },
    reports: () => columns.map(({ report }) => report),
  }
}

function columnEncoder(column: TableColumn, findings: Findings, isMissing: (cell: Cell) => boolean): ColumnEncoder {
  const report: ColumnReport = { name: column.name, missing: 0, unknown: 0 }
  const write = valueWriter(column, findings, report)
  const width = columnWidth(column)
  const problem = { code: 'DATA_VALUE', problem: `column ${column.name}: the value is missing` } as const
  return {
    report,
    encode(cell, inputs, at, place) {
      if (!isMissing(cell)) return write(cell, inputs, at, place)
      report.missing++
      switch (column.missing) {
        case 'reject':
          findings.error({ ...problem, advice: ADVICE_MISSING }, place)
          return false
        case 'skip':
          findings.skip(problem, place)
          return false
        case 'indicator':
          inputs[at + width - 1] = 1
          return true
        case 'zero':
          if (column.type === 'number') inputs[at] = -column.mean / column.std
          return true
        // The mean of the schema, which is 0 after scaling.
        case 'mean':
          return true
      }
    },
  }
}

const ADVICE_MISSING =
  'Fill the value in, or let the founder set `missing` of the column: skip leaves such records out, mean, zero or indicator fills them.'

function valueWriter(column: TableColumn, findings: Findings, report: ColumnReport): ColumnEncoder['encode'] {
  switch (column.type) {
    case 'number':
      return numberWriter(column, findings, report)
    case 'boolean':
      return (cell, inputs, at, place) => {
        const value = readBoolean(cell)
        if (value === undefined)
          findings.error({ code: 'DATA_VALUE', problem: `column ${column.name} is not true or false` }, place)
        else inputs[at] = value ? 1 : 0
        return value !== undefined
      }
    case 'category':
      return categoryWriter(column, findings, report)
  }
}

function numberWriter(
  column: Extract<TableColumn, { type: 'number' }>,
  findings: Findings,
  report: ColumnReport,
): ColumnEncoder['encode'] {
  let count = 0
  return (cell, inputs, at, place) => {
    const value = readNumber(cell)
    if (typeof value !== 'number') {
      findings.error({ code: 'DATA_VALUE', problem: `column ${column.name} ${value.problem}` }, place)
      return false
    }
    const scaled = (value - column.mean) / column.std
    report.smallest = Math.min(report.smallest ?? value, value)
    report.largest = Math.max(report.largest ?? value, value)
    report.scaledMean = ((report.scaledMean ?? 0) * count + scaled) / (count + 1)
    count++
    inputs[at] = scaled
    return true
  }
}

function categoryWriter(
  column: Extract<TableColumn, { type: 'category' }>,
  findings: Findings,
  report: ColumnReport,
): ColumnEncoder['encode'] {
  const indices = new Map(column.categories.map((category, index) => [category, index]))
  return (cell, inputs, at, place) => {
    const text = canonicalCell(cell, false)!
    const index = indices.get(text)
    if (index !== undefined) {
      inputs[at + index] = 1
      return true
    }
    report.unknown++
    const problem = {
      code: 'DATA_VALUE',
      problem: `column ${column.name}: category ${JSON.stringify(text.slice(0, 60))} is not in the schema`,
      advice:
        'Correct the value, or let the founder add the category or set `unknown` of the column: skip leaves such records out, zero takes them without the category.',
    } as const
    if (column.unknown === 'reject') findings.error(problem, place)
    else if (column.unknown === 'skip') findings.skip(problem, place)
    else findings.note(problem, place)
    return column.unknown === 'zero'
  }
}

function readBoolean(cell: Cell): boolean | undefined {
  const text = String(cell).trim().toLowerCase()
  if (['true', 't', 'yes', 'y', '1', '1.0'].includes(text)) return true
  return ['false', 'f', 'no', 'n', '0', '0.0'].includes(text) ? false : undefined
}
