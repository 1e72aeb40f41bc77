import type { Address, Hash } from '../../../protocol/types.ts'
import { scoreOracleAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

/** What the owner of an oracle fixes for a feed. */
export interface FeedRules {
  /** Claim hash of the model. */
  model: Hash
  /** Attestations of a score at least: more than half of the signers. */
  quorum: number
  /** Seconds. */
  maxAge: number
  minimum: bigint
  maximum: bigint
  /** Largest difference between two attestations of a score. */
  maxSpread: bigint
}

export interface SetFeedParameters extends WriteOptions {
  oracle: Address
  feed: Hash
  rules: FeedRules
  signers: readonly Address[]
}

/** The call of `setFeed`, for a sender or a vote. */
export function feedCall({ oracle, feed, rules, signers }: Omit<SetFeedParameters, 'signal'>) {
  return { to: oracle, abi: scoreOracleAbi, functionName: 'setFeed', args: [feed, rules, signers] } as const
}

/**
 * Sets the rules and all signers of a feed. Sender: the owner of the oracle.
 *
 * Errors: TRANSACTION_REVERTED with `NotOwner` or `BadFeed`, and those of every write.
 */
export async function setFeed(
  sender: TransactionSender,
  { signal, ...parameters }: SetFeedParameters,
): Promise<TransactionResult> {
  return sender.write({ doing: `set feed ${parameters.feed}`, ...feedCall(parameters), signal })
}
