import { formatTokens, isQuorateError, QuorateError } from '../core/index.ts'
import type { TokenUnit } from '../core/index.ts'

/** How amounts stand in messages of this folder, which knows no token. */
const WEI = /\b(\d+) token wei\b/g

/** The text with its amounts in tokens. @example inTokens('12500000 token wei', { decimals: 6, symbol: 'QRT' }) // '12.5 QRT' */
export function inTokens(text: string, unit: TokenUnit): string {
  return text.replaceAll(WEI, (_, amount: string) => formatTokens(BigInt(amount), unit))
}

/** An error whose message people read, with its amounts in tokens; anything else as it is. Details keep the smallest unit. */
export function errorInTokens(error: unknown, unit: TokenUnit): unknown {
  if (!isQuorateError(error)) return error
  const message = inTokens(error.message, unit)
  if (message === error.message) return error
  return new QuorateError(error.code, message, { details: error.details, cause: error })
}
