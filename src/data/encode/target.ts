import type { Findings } from '../findings.ts'
import type { Cell } from '../rows.ts'
import type { Target } from '../schema/index.ts'
import { readNumber } from './read-number.ts'

/** The index or scaled number of a target; undefined when it was reported and the record is not used. */
export type TargetReader = (cell: Cell, place: () => string) => number | undefined

const LISTED = 8

/**
 * Reads targets. A text is a label by its name. A number of an array is a label by its name where the labels are numbers
 * ("0", "1", …), otherwise the index of a label.
 *
 * @param isMissing which cells hold no value
 */
export function targetReader(target: Target, findings: Findings, isMissing: (cell: Cell) => boolean): TargetReader {
  const missing = { code: 'DATA_VALUE', problem: `the target ${target.column} is missing` } as const
  if (target.kind === 'number') {
    return (cell, place) => {
      if (isMissing(cell)) return findings.skip(missing, place)
      const value = readNumber(cell)
      if (typeof value === 'number') return (value - target.mean) / target.std
      findings.error({ code: 'DATA_VALUE', problem: `the target ${target.column} ${value.problem}` }, place)
    }
  }
  const indices = new Map(target.labels.map((label, index) => [label, index]))
  const byName = target.labels.some((label) => /^-?\d+$/.test(label))
  const known =
    target.labels.length > LISTED
      ? `${target.labels.slice(0, LISTED).join(', ')} and ${target.labels.length - LISTED} more`
      : target.labels.join(', ')
  return (cell, place) => {
    if (isMissing(cell)) return findings.skip(missing, place)
    const isNumber = typeof cell === 'number' || typeof cell === 'bigint'
    const index =
      isNumber && !byName ? (target.labels[Number(cell)] !== undefined ? Number(cell) : undefined) : indices.get(labelText(cell))
    if (index !== undefined) return index
    const problem = `label ${JSON.stringify(labelText(cell))} is not one of the schema: ${known}`
    findings.error({ code: 'DATA_LABEL_UNKNOWN', problem }, place)
  }
}

/** A label as the schema writes it. */
export function labelText(cell: Cell): string {
  return String(cell).trim().normalize('NFC')
}
