import { columnWidth } from '../schema/index.ts'
import type { TableColumn } from '../schema/index.ts'
import type { Findings } from '../findings.ts'
import type { Cell } from '../rows.ts'
import type { ColumnReport } from './encoder.ts'
import { readNumber, scaleNumber } from './read-number.ts'

/** Reads the values of one column of a table. */
export interface ColumnEncoder {
  report: ColumnReport
  /**
   * Writes the inputs at `at`, which are zeros before.
   *
   * @returns the value in one spelling (60 for 60.0, true for yes), null for a missing one; undefined when it was reported and the record is not used
   */
  encode: (cell: Cell, inputs: Float32Array, at: number, place: () => string) => string | null | undefined
}

export function columnEncoder(column: TableColumn, findings: Findings, isMissing: (cell: Cell) => boolean): ColumnEncoder {
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
          return findings.error({ ...problem, advice: ADVICE_MISSING }, place)
        case 'skip':
          return findings.skip(problem, place)
        case 'indicator':
          inputs[at + width - 1] = 1
          return null
        case 'zero':
          if (column.type === 'number') inputs[at] = -column.mean / column.std
          return null
        // The mean of the schema, which is 0 after scaling.
        case 'mean':
          return null
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
          return findings.error({ code: 'DATA_VALUE', problem: `column ${column.name} is not true or false` }, place)
        inputs[at] = value ? 1 : 0
        return String(value)
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
    const scaled = typeof value === 'number' ? scaleNumber(value, column) : value
    if (typeof value !== 'number' || typeof scaled !== 'number') {
      const { problem } = scaled as { problem: string }
      return findings.error({ code: 'DATA_VALUE', problem: `column ${column.name} ${problem}` }, place)
    }
    report.smallest = Math.min(report.smallest ?? value, value)
    report.largest = Math.max(report.largest ?? value, value)
    report.scaledMean = ((report.scaledMean ?? 0) * count + scaled) / (count + 1)
    count++
    inputs[at] = scaled
    return String(value)
  }
}

function categoryWriter(
  column: Extract<TableColumn, { type: 'category' }>,
  findings: Findings,
  report: ColumnReport,
): ColumnEncoder['encode'] {
  const indices = new Map(column.categories.map((category, index) => [category, index]))
  return (cell, inputs, at, place) => {
    const text = String(cell).trim().normalize('NFC')
    const index = indices.get(text)
    if (index !== undefined) {
      inputs[at + index] = 1
      return text
    }
    report.unknown++
    const problem = {
      code: 'DATA_VALUE',
      problem: `column ${column.name}: category ${JSON.stringify(text.slice(0, 60))} is not in the schema`,
      advice:
        'Correct the value, or let the founder add the category or set `unknown` of the column: skip leaves such records out, zero takes them without the category.',
    } as const
    if (column.unknown === 'reject') return findings.error(problem, place)
    if (column.unknown === 'skip') return findings.skip(problem, place)
    findings.note(problem, place)
    return text
  }
}

function readBoolean(cell: Cell): boolean | undefined {
  const text = String(cell).trim().toLowerCase()
  if (['true', 't', 'yes', 'y', '1', '1.0'].includes(text)) return true
  return ['false', 'f', 'no', 'n', '0', '0.0'].includes(text) ? false : undefined
}
