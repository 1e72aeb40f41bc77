import type { Address } from '../../protocol/types.ts'
import { developmentTokenAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface MintDevelopmentTokensParameters extends WriteOptions {
  token: Address
  to: Address
  /** Token wei. */
  amount: bigint
}

/**
 * Makes tokens out of nothing, on development chains. Sender: the token's owner.
 *
 * Errors: TRANSACTION_REVERTED with `OwnableUnauthorizedAccount`, and those of every write.
 */
export async function mintDevelopmentTokens(
  sender: TransactionSender,
  parameters: MintDevelopmentTokensParameters,
): Promise<TransactionResult> {
  const { token, to, amount, signal } = parameters
  const doing = `mint ${amount} token wei for ${to}`
  return sender.write({ doing, to: token, abi: developmentTokenAbi, functionName: 'mint', args: [to, amount], signal })
}
