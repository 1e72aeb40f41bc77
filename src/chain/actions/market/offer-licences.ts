import { parseEventLogs } from 'viem'
import type { Address, Claim } from '../../../protocol/types.ts'
import { modelMarketAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

/** What a seller fixes. */
export interface LicenceTerms {
  /** Token wei. */
  price: bigint
  /** Seconds from the activation; 0 without end. */
  term: number
  /** Answers that a server owes for a licence; 0 without limit. */
  uses: number
  /** Licences that may be sold. */
  supply: bigint
  /** Share of a resale, basis points. */
  royaltyBps: number
}

export interface OfferLicencesParameters extends WriteOptions {
  market: Address
  task: bigint
  round: bigint
  /** The claim of the model, as posted. */
  claim: Claim
  terms: LicenceTerms
}

/**
 * Offers licences of a registered model. Sender: the founder of the task, or governance.
 *
 * Errors: TRANSACTION_REVERTED with `NotSeller`, `UnknownModel`, `NobodyEarned`, `ZeroAmount` or `ShareTooLarge`, and those of every write.
 *
 * @example
 * const { offer } = await offerLicences(sender, { market, task: 1n, round: 40n, claim, terms: { price, term: 0, uses: 0, supply: 100n, royaltyBps: 0 } })
 */
export async function offerLicences(
  sender: TransactionSender,
  { market, task, round, claim, terms, signal }: OfferLicencesParameters,
): Promise<TransactionResult & { offer: bigint }> {
  const result = await sender.write({
    doing: `offer licences of the model of round ${round} of task ${task}`,
    to: market,
    abi: modelMarketAbi,
    functionName: 'offer',
    args: [task, round, claim, terms],
    signal,
  })
  const [offered] = parseEventLogs({ abi: modelMarketAbi, eventName: 'Offered', logs: [...result.logs] })
  return { ...result, offer: offered!.args.offer }
}
