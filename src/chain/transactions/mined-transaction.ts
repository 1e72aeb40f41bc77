import type { TokenUnit } from '../../core/index.ts'
import type { Hash } from '../../protocol/types.ts'
import { inTokens } from '../in-tokens.ts'

/** A transaction that was mined, as a command reports it. */
export interface MinedTransaction {
  /** An infinitive phrase: `post round 7 of task 1`. */
  doing: string
  hash: Hash
  blockNumber: bigint
  gasUsed: bigint
}

/** A line a transaction, to look it up in a block explorer. Without a unit, none of them has an amount. */
export function describeMined(mined: readonly MinedTransaction[], unit: TokenUnit | undefined): string[] {
  return mined.map(
    ({ doing, hash, gasUsed }) => `Transaction ${hash}: ${unit === undefined ? doing : inTokens(doing, unit)} (${gasUsed} gas)`,
  )
}
