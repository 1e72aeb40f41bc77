import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface WithdrawParameters extends WriteOptions {
  vault: Contracts['vault']
  /** Token wei. */
  amount: bigint
}

/**
 * Pays the sender a part of its free bond. What is allocated has to leave its task first.
 *
 * Errors: TRANSACTION_REVERTED with `InsufficientBond` or `ZeroAmount`, and those of every write.
 */
export async function withdraw(
  sender: TransactionSender,
  { vault, amount, signal }: WithdrawParameters,
): Promise<TransactionResult> {
  const doing = `withdraw ${amount} token wei`
  return sender.write({ doing, to: vault, abi: stakeVaultAbi, functionName: 'withdraw', args: [amount], signal })
}
