import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface RequestUnbondParameters extends WriteOptions {
  vault: Contracts['vault']
  /** Token wei. */
  amount: bigint
}

/**
 * Takes stake out of the sender's bond. It stops counting at once, stays slashable, and may be withdrawn after the
 * unbonding delay; another request restarts the delay for the whole amount.
 *
 * Errors: TRANSACTION_REVERTED with `InsufficientBond` or `ZeroAmount`, and those of every write.
 */
export async function requestUnbond(sender: TransactionSender, parameters: RequestUnbondParameters): Promise<TransactionResult> {
  const { vault, amount, signal } = parameters
  const doing = `unbond ${amount} token wei`
  return sender.write({ doing, to: vault, abi: stakeVaultAbi, functionName: 'requestUnbond', args: [amount], signal })
}
