import { QuorateError } from './errors.ts'

/** How amounts of a token are written. Contracts and JSON have its smallest unit, as whole numbers. */
export interface TokenUnit {
  /** 10^decimals of the smallest unit are one token. */
  decimals: number
  /** Empty for a token without one. */
  symbol: string
}

/** What pays for gas, on every EVM chain. */
export const NATIVE: TokenUnit = { decimals: 18, symbol: '' }

/** Amounts are uint128 on chain. */
const MAX_AMOUNT = (1n << 128n) - 1n

/** The smallest units of so many whole tokens. */
export function wholeTokens(count: bigint, { decimals }: Pick<TokenUnit, 'decimals'>): bigint {
  return count * 10n ** BigInt(decimals)
}

/**
 * The smallest units of an amount in tokens: digits with at most the token's decimals, nothing else. USAGE for any other text.
 *
 * @example
 * parseAmount('1.5', { decimals: 6 }) // 1500000n
 */
export function parseAmount(text: string, { decimals }: Pick<TokenUnit, 'decimals'>): bigint {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? []
  if (whole === undefined || fraction.length > decimals) {
    const example = decimals === 0 ? 'write whole tokens, such as 100' : `write 100 or 1.5, with at most ${decimals} decimals`
    throw new QuorateError('USAGE', `"${text}" is not an amount: ${example}`)
  }
  const amount = BigInt(whole + fraction.padEnd(decimals, '0'))
  if (amount > MAX_AMOUNT) throw new QuorateError('USAGE', `${text} is more than a token balance can hold`)
  return amount
}

/** The shortest text that `parseAmount` reads as this amount. */
export function formatAmount(amount: bigint, { decimals }: Pick<TokenUnit, 'decimals'>): string {
  const digits = amount.toString().padStart(decimals + 1, '0')
  const point = digits.length - decimals
  const fraction = digits.slice(point).replace(/0+$/, '')
  return fraction === '' ? digits.slice(0, point) : `${digits.slice(0, point)}.${fraction}`
}

/** The same with the token's symbol: `12.5 QRT`, or `12.5 tokens` for a token without one. */
export function formatTokens(amount: bigint, unit: TokenUnit): string {
  return `${formatAmount(amount, unit)} ${unit.symbol === '' ? 'tokens' : unit.symbol}`
}
