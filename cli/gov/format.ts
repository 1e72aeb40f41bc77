import type { GovernedParameter } from '../../src/chain/index.ts'
import { formatAmount } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'

/** A parameter's value as people read and type it: whole tokens, seconds, basis points, 0 or 1. */
export function formatValue(value: bigint, unit: GovernedParameter['unit'], token: TokenUnit): string {
  return unit === 'tokens' ? formatAmount(value, token) : value.toString()
}

/** ISO time of unix seconds. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
