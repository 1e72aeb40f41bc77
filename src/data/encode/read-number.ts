import type { Cell } from '../rows.ts'

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const INFINITE = /^[+-]?(?:inf|infinity)$/i

/** A finite number, or what is wrong with the cell as the end of a sentence that begins with its name. */
export function readNumber(cell: Cell): number | { problem: string } {
  if (typeof cell === 'number' || typeof cell === 'bigint') return finite(Number(cell))
  if (typeof cell !== 'string')
    return { problem: `holds ${typeof cell === 'boolean' ? 'a boolean' : 'a list'} instead of a number` }
  const text = cell.trim()
  if (DECIMAL.test(text)) return finite(Number(text))
  if (INFINITE.test(text)) return { problem: 'is infinite' }
  if (/^nan$/i.test(text)) return { problem: 'is NaN' }
  if (/^[+-]?\d+,\d+$/.test(text)) return { problem: 'has a decimal comma; write numbers with a decimal point' }
  return { problem: 'is not a number' }
}

/** (value − mean) / std, or that it is infinite: a schema can scale a finite number beyond float32. */
export function scaleNumber(value: number, { mean, std }: { mean: number; std: number }): number | { problem: string } {
  const scaled = (value - mean) / std
  return Number.isFinite(Math.fround(scaled)) ? scaled : { problem: 'is infinite after scaling' }
}

function finite(value: number): number | { problem: string } {
  if (Number.isNaN(value)) return { problem: 'is NaN' }
  // Beyond float32 a value becomes infinite when it reaches the model.
  return Number.isFinite(Math.fround(value)) ? value : { problem: 'is infinite' }
}
