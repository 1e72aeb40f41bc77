import type { Layout } from '../../training/layout.ts'
import type { Random } from '../../training/random.ts'

export { plus, scaled } from '../../training/vectors.ts'

/** Float vectors of one length. Plain loops: `map` of a typed array boxes every number, which costs ten times as much. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}

export function norm(a: Float32Array): number {
  return Math.sqrt(dot(a, a))
}

/** ‖a − b‖. */
export function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2
  return Math.sqrt(sum)
}

export function mean(rows: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(rows[0]!.length)
  for (const row of rows) for (let k = 0; k < sum.length; k++) sum[k]! += row[k]! / rows.length
  return sum
}

/** Standard deviation by coordinate. */
export function deviation(rows: readonly Float32Array[], centre: Float32Array): Float32Array {
  const squares = new Float32Array(centre.length)
  for (const row of rows) for (let k = 0; k < squares.length; k++) squares[k]! += (row[k]! - centre[k]!) ** 2 / rows.length
  for (let k = 0; k < squares.length; k++) squares[k] = Math.sqrt(squares[k]!)
  return squares
}

/** Gaussian noise of a given expected length over all parameters; padding stays zero. */
export function noise(layout: Layout, length: number, random: Random): Float32Array {
  const deviation = length / Math.sqrt(layout.parameters)
  const values = new Float32Array(layout.paddedLength)
  for (const { offset, length: size } of layout.tensors) {
    for (let k = offset; k < offset + size; k++) values[k] = deviation * random.normal()
  }
  return values
}
