import { WEIGHT_ONE } from '../../../protocol/types.ts'
import { largestRemainder, sum } from '../integer-math.ts'

/**
 * Stakes as small numbers for work per coordinate, together at most 65536: divided by their common divisor where that suffices (exact), else the
 * largest remainder of 65536. The unit of stake does not matter.
 */
export function smallStakes(stakes: readonly bigint[], ranks: readonly number[]): number[] {
  const divisor = stakes.reduce(gcd, 0n)
  if (divisor > 0n && sum(stakes) / divisor <= BigInt(WEIGHT_ONE)) return stakes.map((stake) => Number(stake / divisor))
  return largestRemainder(stakes, ranks)
}

function gcd(a: bigint, b: bigint): bigint {
  while (b > 0n) [a, b] = [b, a % b]
  return a
}
