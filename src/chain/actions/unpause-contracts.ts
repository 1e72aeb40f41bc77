import type { Address } from '../../protocol/types.ts'
import { guardianAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface UnpauseContractsParameters extends WriteOptions {
  guardian: Address
}

/**
 * Ends a pause before its time. Sender: the guardian's holder.
 *
 * Errors: TRANSACTION_REVERTED with `NotPaused` or `NotHolder`, and those of every write.
 */
export async function unpauseContracts(
  sender: TransactionSender,
  { guardian, signal }: UnpauseContractsParameters,
): Promise<TransactionResult> {
  const doing = 'end the pause'
  return sender.write({ doing, to: guardian, abi: guardianAbi, functionName: 'unpause', args: [], signal })
}
