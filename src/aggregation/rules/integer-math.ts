import { WEIGHT_ONE } from '../../protocol/types.ts'

/** floor(sqrt(n)), n >= 0. */
export function isqrt(n: bigint): bigint {
  if (n < 0n) throw new RangeError('isqrt of a negative number')
  if (n === 0n) return 0n
  // A float64 root is right to 52 bits; Newton from there, then settle on the floor.
  let x = BigInt(Math.floor(Math.sqrt(Number(n))))
  for (let step = 0; step < 3; step++) x = (x + n / x) >> 1n
  while (x * x > n) x--
  while ((x + 1n) * (x + 1n) <= n) x++
  return x
}

/** floor(a / b) towards −∞, b > 0. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient
}

export function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}

export function dot(a: readonly bigint[], b: readonly bigint[]): bigint {
  let total = 0n
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!
  return total
}

export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Smallest value at or below which at least half of the weight lies: the weighted lower median. 0 without weight. Rows of no weight do not
 * matter, nor does splitting a row in two.
 */
export function weightedLowerMedian(values: readonly bigint[], weights: readonly bigint[]): bigint {
  const total = sum(weights)
  const order = values.map((_, i) => i).sort((a, b) => compare(values[a]!, values[b]!))
  let below = 0n
  for (const i of order) {
    below += weights[i]!
    if (weights[i]! > 0n && 2n * below >= total) return values[i]!
  }
  return 0n
}

/**
 * Position of each row when rows are ordered by content hash; rows of one hash (which admission refuses) keep their order. Every tie in
 * a rule is broken by it.
 */
export function contentRanks(hashes: readonly string[]): number[] {
  const lower = hashes.map((hash) => hash.toLowerCase())
  const ranks = Array.from<number>({ length: lower.length })
  lower
    .map((_, i) => i)
    .sort((a, b) => (lower[a]! < lower[b]! ? -1 : lower[a]! > lower[b]! ? 1 : a - b))
    .forEach((row, rank) => (ranks[row] = rank))
  return ranks
}

/**
 * Shares of 65536 in proportion to `values` >= 0: floors first, then one unit each to the largest remainders (ties by `ranks`).
 * Together 65536, or all 0 when every value is 0. Multiplying all values by a constant changes nothing.
 */
export function largestRemainder(values: readonly bigint[], ranks: readonly number[]): number[] {
  const total = sum(values)
  if (total === 0n) return values.map(() => 0)
  const scaled = values.map((value) => value * BigInt(WEIGHT_ONE))
  const shares = scaled.map((value) => Number(value / total))
  const missing = WEIGHT_ONE - shares.reduce((a, b) => a + b, 0)
  scaled
    .map((value, row) => ({ row, rest: value % total }))
    .sort((a, b) => compare(b.rest, a.rest) || ranks[a.row]! - ranks[b.row]!)
    .slice(0, missing)
    .forEach(({ row }) => shares[row]!++)
  return shares
}
