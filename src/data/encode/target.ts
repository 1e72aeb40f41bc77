import type { Findings } from '../findings.ts'
import type { Cell } from '../rows.ts'
import type { Target } from '../schema/index.ts'
import { readNumber, scaleNumber } from './read-number.ts'

export interface TargetValue {
  /** Index of the label, or the scaled number. */
  value: number
  /** The label, or the number before scaling: the same whatever the file writes. */
  text: string
}

/** Undefined when the target was reported and the record is not used. */
export type TargetReader = (cell: Cell, place: () => string) => TargetValue | undefined

const LISTED = 8

/**
 * Reads targets. A text is a label by its name. A number of an array is a label by its name where the labels are numbers
 * ("0", "1", …), otherwise the index of a label.
 *
 * @param isMissing which cells hold no value
 */
export function targetReader(target: Target, findings: Findings, isMissing: (cell: Cell) => boolean): TargetReader {
  const missing = { code: 'DATA_VALUE', problem: `the target ${target.column} is missing` } as const
  const read = target.kind === 'number' ? numberReader(target, findings) : labelReader(target, findings)
  return (cell, place) => (isMissing(cell) ? findings.skip(missing, place) : read(cell, place))
}

function numberReader(target: Extract<Target, { kind: 'number' }>, findings: Findings): TargetReader {
  return (cell, place) => {
    const number = readNumber(cell)
    const scaled = typeof number === 'number' ? scaleNumber(number, target) : number
    if (typeof number === 'number' && typeof scaled === 'number') return { value: scaled, text: String(number) }
    const { problem } = scaled as { problem: string }
    return findings.error({ code: 'DATA_VALUE', problem: `the target ${target.column} ${problem}` }, place)
  }
}

function labelReader({ labels }: Extract<Target, { kind: 'class' }>, findings: Findings): TargetReader {
  const values = labels.map((text, value): TargetValue => ({ value, text }))
  const named = new Map(values.map((value) => [value.text, value]))
  const byName = labels.some((label) => /^-?\d+$/.test(label))
  const known =
    labels.length > LISTED ? `${labels.slice(0, LISTED).join(', ')} and ${labels.length - LISTED} more` : labels.join(', ')
  return (cell, place) => {
    const isIndex = !byName && (typeof cell === 'number' || typeof cell === 'bigint')
    const label = String(cell).trim().normalize('NFC')
    const found = isIndex ? values[Number(cell)] : named.get(label)
    if (found) return found
    const problem = `label ${JSON.stringify(label.slice(0, 60))} is not one of the schema: ${known}`
    return findings.error({ code: 'DATA_LABEL_UNKNOWN', problem }, place)
  }
}
