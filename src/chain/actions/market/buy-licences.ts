import { QuorateError } from '../../../core/index.ts'
import type { Address } from '../../../protocol/types.ts'
import { modelMarketAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'
import { approve } from '../approve.ts'
import { readTokenBalance } from '../read-token-balance.ts'

export interface BuyLicencesParameters extends WriteOptions {
  market: Address
  token: Address
  offer: bigint
  amount: bigint
  /** What the sender agrees to pay, token wei: the price that it saw, times the amount. */
  cost: bigint
}

/**
 * Buys licences for the sender. They are unused until `activateLicence`.
 *
 * Errors: TOKEN_BALANCE_TOO_LOW (nothing is sent); TRANSACTION_REVERTED with `UnknownOffer`, `OfferClosed`, `SoldOut` or `TooDear`; and those of every write.
 */
export async function buyLicences(
  sender: TransactionSender,
  { market, token, offer, amount, cost, signal }: BuyLicencesParameters,
): Promise<TransactionResult> {
  const check = async (): Promise<void> => {
    const balance = await readTokenBalance(sender.chain, { token, owner: sender.address, signal })
    if (balance >= cost) return
    const message = `${sender.address} has ${balance} token wei and wants to pay ${cost} token wei`
    throw new QuorateError('TOKEN_BALANCE_TOO_LOW', message, { details: { owner: sender.address, balance, needed: cost } })
  }
  if (cost > 0n) await approve(sender, { token, spender: market, amount: cost, check, signal })
  const doing = `buy licences of offer ${offer}`
  return sender.write({ doing, to: market, abi: modelMarketAbi, functionName: 'buy', args: [offer, amount, cost], signal })
}
