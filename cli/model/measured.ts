import type { Measured } from '../../participant/measured.ts'

/** Classes of the widest confusion matrix that is shown. */
const CLASSES = 12

/** The newest measurement of this member alone, with its confusion matrix, which leaves no member. */
export function measuredLines(measured: Measured | undefined): string[] {
  if (!measured) return []
  const { round, samples, confusion, loss, accuracy, metrics = {} } = measured
  const values = { ...(accuracy !== undefined && { accuracy }), loss, ...metrics }
  const numbers = Object.entries(values).map(([name, value]) => `${name} ${value === null ? '–' : value.toFixed(4)}`)
  return [
    '',
    `This member measured round ${round} on ${samples} test samples: ${numbers.join(', ')}`,
    ...(confusion && confusion.length <= CLASSES ? matrixLines(confusion) : []),
  ]
}

function matrixLines(confusion: readonly (readonly number[])[]): string[] {
  const width = Math.max(...confusion.flat().map((count) => String(count).length), String(confusion.length - 1).length)
  const line = (label: string, cells: readonly (number | string)[]): string =>
    `${label.padStart(6)}  ${cells.map((cell) => String(cell).padStart(width)).join(' ')}`
  return [
    'true class by row, named class by column:',
    line(
      '',
      confusion.map((_, index) => index),
    ),
    ...confusion.map((row, index) => line(String(index), row)),
  ]
}
