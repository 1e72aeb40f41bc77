import { addBytes } from './add-bytes.ts'

/**
 * The sum of a bucket's masked rows modulo 2^8: the sum of its rows, if each mask is in twice.
 *
 * @param rows uint8[D] each, at least one, all of one length
 * @returns int8[D]
 * @throws RangeError
 */
export function sumRows(rows: readonly Uint8Array[]): Int8Array {
  const [first] = rows
  if (!first || rows.some(({ length }) => length !== first.length))
    throw new RangeError('a bucket has at least one row, and all rows have one length')
  const sum = Uint8Array.from(first)
  for (const row of rows.slice(1)) addBytes(sum, row, 1)
  return new Int8Array(sum.buffer)
}
