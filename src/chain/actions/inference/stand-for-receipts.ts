import type { Address } from '../../../protocol/types.ts'
import { inferenceLogAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'
import { approve } from '../approve.ts'

export interface StandForReceiptsParameters extends WriteOptions {
  log: Address
  token: Address
  /** Token wei. */
  amount: bigint
}

/** Puts up a deposit that stands for the receipts of the sender. Errors: those of every write. */
export async function standForReceipts(
  sender: TransactionSender,
  { log, token, amount, signal }: StandForReceiptsParameters,
): Promise<TransactionResult> {
  await approve(sender, { token, spender: log, amount, signal })
  const doing = 'put up the deposit of a server'
  return sender.write({ doing, to: log, abi: inferenceLogAbi, functionName: 'deposit', args: [amount], signal })
}
