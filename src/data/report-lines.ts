import type { DataReport } from './check.ts'
import type { Finding } from './findings.ts'
import type { DataSchema } from './schema/index.ts'

/** Rows of a table that are shown. */
const ROWS = 40

/** A report as people read it. */
export function reportLines(schema: DataSchema, report: DataReport): string {
  const { train, test, labels, columns, findings } = report
  const counts = labels.map(({ label, train, test }) => [label, String(train), String(test)])
  const values = columns.map(({ name, missing, unknown, smallest, largest, scaledMean }) => [
    name,
    String(missing),
    String(unknown),
    ...[smallest, largest, scaledMean].map((value) => (value === undefined ? '–' : Number(value.toPrecision(4)).toString())),
  ])
  const of = (severity: Finding['severity'], title: string): string[] => {
    const list = findings.filter((finding) => finding.severity === severity)
    return list.length === 0 ? [] : ['', title, ...list.flatMap(findingLines)]
  }
  return [
    `schema    ${report.schemaHash}`,
    `records   ${schema.kind}, ${report.inputShape.join('×')} inputs each; ${train} for training, ${test} held out`,
    ...(counts.length === 0 ? [] : ['', ...table(['label', 'training', 'held out'], counts)]),
    ...(values.length === 0
      ? []
      : ['', ...table(['column', 'missing', 'unknown', 'smallest', 'largest', 'scaled mean'], values)]),
    ...of('error', 'Errors: correct these before training'),
    ...of('skipped', 'Left out of training'),
    ...of('note', 'Notes'),
    '',
    report.ok ? 'The data can be trained on.' : 'The data cannot be trained on yet.',
  ].join('\n')
}

function findingLines({ code, problem, count, places, advice }: Finding): string[] {
  const where =
    places.length === 0
      ? []
      : [`      in ${places.join('; ')}${count > places.length ? `; and ${count - places.length} more` : ''}`]
  return [`  ${code}  ${problem}${count > 1 ? ` (${count} times)` : ''}`, ...where, `      ${advice}`]
}

/** Columns side by side, the first to the left and numbers to the right. */
function table(head: readonly string[], rows: readonly string[][]): string[] {
  const shown = [head, ...rows.slice(0, ROWS)]
  const widths = head.map((_, column) => Math.max(...shown.map((row) => row[column]!.length)))
  const lines = shown.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  '),
  )
  return rows.length > ROWS ? [...lines, `… and ${rows.length - ROWS} more`] : lines
}
