import type { Cell, Row } from '../rows.ts'

/** Numbers of a file with their shape; the first size counts records. */
export interface NamedArray {
  shape: readonly number[]
  values: ArrayLike<number | bigint | string | boolean>
}

const BATCH = 1024

/**
 * Records of arrays that belong together: record i has the i-th part of each array.
 *
 * @param labels names of the labels, of which a target is an index; undefined where the file has none
 */
export function* arrayRows(
  arrays: Readonly<Record<string, NamedArray>>,
  target: string,
  labels: readonly string[] | undefined,
): Generator<Row[]> {
  const names = Object.keys(arrays)
  const count = Math.min(...names.map((name) => arrays[name]!.shape[0] ?? 0))
  for (let from = 0; from < count; from += BATCH) {
    yield Array.from({ length: Math.min(BATCH, count - from) }, (_, k) => {
      const row: Record<string, Cell> = {}
      for (const name of names) row[name] = partOfArray(arrays[name]!, from + k)
      const index = row[target]
      if (labels && (typeof index === 'number' || typeof index === 'bigint')) row[target] = labels[Number(index)] ?? String(index)
      return row
    })
  }
}

function partOfArray({ shape, values }: NamedArray, index: number): Cell {
  if (shape.length === 1) return values[index]
  const width = shape.slice(1).reduce((product, size) => product * size, 1)
  if (width === 1) return values[index]
  return ArrayBuffer.isView(values)
    ? (values as Float32Array).subarray(index * width, (index + 1) * width)
    : Array.from({ length: width }, (_, k) => Number(values[index * width + k]))
}
