import type { GovernedParameter } from '../../src/chain/index.ts'
import { formatAmount } from '../../src/config/index.ts'

/** A parameter's value as people read and type it: whole tokens, seconds, basis points, 0 or 1. */
export function formatValue(value: bigint, unit: GovernedParameter['unit']): string {
  return unit === 'tokens' ? formatAmount(value) : value.toString()
}

/** ISO time of unix seconds. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
