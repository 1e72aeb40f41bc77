import { formatUnits } from 'viem'
import { QuorateError } from '../core/index.ts'

/** The staking token has 18 decimals. */
const DECIMALS = 18
/** Amounts are uint128 on chain. */
const MAX_WEI = (1n << 128n) - 1n

/**
 * Wei of an amount in whole tokens: digits with at most 18 decimals, nothing else. USAGE for any other text.
 *
 * @example
 * parseAmount('1.5') // 1500000000000000000n
 */
export function parseAmount(text: string): bigint {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text.trim()) ?? []
  if (whole === undefined) {
    throw new QuorateError('USAGE', `"${text}" is not an amount: write 100 or 1.5, with at most ${DECIMALS} decimals`)
  }
  const wei = BigInt(whole + fraction.padEnd(DECIMALS, '0'))
  if (wei > MAX_WEI) throw new QuorateError('USAGE', `${text} is more than a token balance can hold`)
  return wei
}

/** The shortest text that `parseAmount` reads as `wei`. */
export function formatAmount(wei: bigint): string {
  return formatUnits(wei, DECIMALS)
}
