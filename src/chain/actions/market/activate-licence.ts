import { parseEventLogs, zeroAddress } from 'viem'
import type { Address } from '../../../protocol/types.ts'
import { modelMarketAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

export interface ActivateLicenceParameters extends WriteOptions {
  market: Address
  offer: bigint
  /** The account whose receipts count the uses. Default: none. */
  server?: Address | undefined
}

/**
 * Uses up one licence of the sender. Its term begins, and its price becomes revenue.
 *
 * Errors: TRANSACTION_REVERTED with `ERC1155InsufficientBalance` or `UnknownOffer`, and those of every write.
 */
export async function activateLicence(
  sender: TransactionSender,
  { market, offer, server = zeroAddress, signal }: ActivateLicenceParameters,
): Promise<TransactionResult & { grant: bigint; until: number; uses: number }> {
  const doing = `activate a licence of offer ${offer}`
  const result = await sender.write({
    doing,
    to: market,
    abi: modelMarketAbi,
    functionName: 'activate',
    args: [offer, server],
    signal,
  })
  const [activated] = parseEventLogs({ abi: modelMarketAbi, eventName: 'Activated', logs: [...result.logs] })
  const { grant, until, uses } = activated!.args
  return { ...result, grant, until, uses }
}
