import type { Address, Hash } from '../../protocol/types.ts'
import { guardianAbi } from '../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface CancelOperationParameters extends WriteOptions {
  guardian: Address
  /** Id of the timelock's operation. */
  operation: Hash
}

/**
 * Cancels what waits in the timelock. Sender: the guardian's holder.
 *
 * Errors: TRANSACTION_REVERTED with `NotHolder`, `ReplacesGuardian`, `TimelockUnexpectedOperationState` (nothing of that id waits) or
 * `AccessControlUnauthorizedAccount` (the timelock does not know this guardian), and those of every write.
 */
export async function cancelOperation(
  sender: TransactionSender,
  { guardian, operation, signal }: CancelOperationParameters,
): Promise<TransactionResult> {
  const doing = `cancel the queued operation ${operation}`
  return sender.write({ doing, to: guardian, abi: guardianAbi, functionName: 'cancel', args: [operation], signal })
}
