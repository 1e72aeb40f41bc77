import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FIELD_LIES } from '../../support/judge/field-lies/index.ts'
import { askedLies, COLUMNS, FIELDS, tableOf } from '../../support/judge/fields.ts'

const read = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')

/** Cells as a reader compares them: the formatter pads columns with spaces. */
const cellsOf = (table: string): string[][] =>
  table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^-+$/, '-')),
  )

describe('the table of fields and proofs', () => {
  it('is the one in docs/judge.md', () => {
    const lines = read('docs/judge.md').split('\n')
    const from = lines.findIndex((line) => line.startsWith('| leaf and field'))
    const to = lines.findIndex((line, i) => i > from && !line.startsWith('|'))
    // To write it anew: node -e "import('./test/support/judge/fields.ts').then((m) => console.log(m.tableOf()))"
    expect(cellsOf(lines.slice(from, to).join('\n'))).toEqual(cellsOf(tableOf()))
  })

  it('has a lie for every cell with a proof, and no other lies', () => {
    expect(Object.keys(FIELD_LIES).sort()).toEqual(askedLies().sort())
  })

  it('sends a reader on to a cell that says something', () => {
    for (const { name, cells } of FIELDS) {
      for (const column of COLUMNS) {
        const cell = cells[column]
        if ('as' in cell) expect('as' in cells[cell.as], `${name}: ${column}`).toBe(false)
      }
    }
  })

  it('names places that show what it says of cells without a proof', () => {
    for (const { name, cells } of FIELDS) {
      for (const cell of Object.values(cells)) {
        if (!('shown' in cell) || !cell.shown) continue
        expect(read(cell.shown.file), `${name}: ${cell.shown.file}`).toContain(cell.shown.text)
      }
    }
  })
})
