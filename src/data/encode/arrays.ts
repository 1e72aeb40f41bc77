import { concat } from '../../protocol/index.ts'
import type { Findings } from '../findings.ts'
import type { Cell } from '../rows.ts'
import { inputWidth } from '../schema/index.ts'
import type { ArraysSchema } from '../schema/index.ts'
import { reportMissingName } from './encoder.ts'
import type { Encoder } from './encoder.ts'
import { targetReader } from './target.ts'

/** Encodes records whose inputs are numbers already. Their canonical bytes are those numbers, then the target as text. */
export function arraysEncoder(schema: ArraysSchema, findings: Findings): Encoder {
  const width = inputWidth(schema)
  const bytes = schema.type === 'uint8' ? new Uint8Array(width) : undefined
  const floats = bytes ? undefined : new Float32Array(width)
  const raw = new Float32Array(width)
  const input = bytes ?? new Uint8Array(floats!.buffer)
  const isMissing = (cell: Cell): boolean => cell === null || cell === undefined || Number.isNaN(cell)
  const readTarget = targetReader(schema.target, findings, isMissing)
  const text = new TextEncoder()
  const wrong = (problem: string, place: () => string): undefined =>
    findings.error({ code: 'DATA_VALUE', problem: `${schema.inputs} ${problem}` }, place)

  return {
    names: [schema.inputs, schema.target.column],
    checkNames(names, file) {
      for (const name of [schema.inputs, schema.target.column])
        if (!names.includes(name)) reportMissingName(findings, name, names, file)
    },
    encode(row, place) {
      const values = listOf(row[schema.inputs])
      const target = readTarget(row[schema.target.column], place)
      if (!values) return wrong('is not a list of numbers', place)
      if (values.length !== width)
        return wrong(`has ${values.length} numbers instead of ${width} (${schema.shape.join('×')})`, place)
      for (let k = 0; k < width; k++) {
        const value = Number(values[k])
        if (!Number.isFinite(Math.fround(value)))
          return wrong(Number.isNaN(value) ? 'holds NaN' : 'holds an infinite number', place)
        if (bytes) {
          if (!Number.isInteger(value) || value < 0 || value > 255) return wrong('holds a value that is not a byte, 0…255', place)
          bytes[k] = value
        } else {
          raw[k] = value
          floats![k] = (value - schema.mean) / schema.std
          if (!Number.isFinite(floats![k]!)) return wrong('holds a number that is infinite after scaling', place)
        }
      }
      if (target === undefined) return undefined
      const values8 = bytes ?? new Uint8Array(raw.buffer)
      return { input, target: target.value, canonical: concat([values8, text.encode(target.text)]) }
    },
    reports: () => [],
  }
}

/** The numbers of a cell; lists of lists are read row by row. A number alone is a list of one. */
function listOf(cell: Cell): ArrayLike<number> | undefined {
  if (typeof cell === 'number') return [cell]
  if (cell === null || typeof cell !== 'object') return undefined
  return Array.isArray(cell) ? (cell.flat(8) as number[]) : cell
}
