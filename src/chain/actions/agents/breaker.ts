import type { Address } from '../../../protocol/types.ts'
import { guardedExecutorAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

interface OnExecutor extends WriteOptions {
  executor: Address
}

/** Trips the breaker: nothing executes until the owner resets it. Sender: the guardian or the owner. Errors: TRANSACTION_REVERTED with `NotGuardian`, and those of every write. */
export async function tripBreaker(sender: TransactionSender, { executor, signal }: OnExecutor): Promise<TransactionResult> {
  const doing = 'trip the breaker'
  return sender.write({ doing, to: executor, abi: guardedExecutorAbi, functionName: 'trip', args: [], signal })
}

/** Resets the breaker. Sender: the owner. Errors: TRANSACTION_REVERTED with `NotOwner`, and those of every write. */
export async function resetBreaker(sender: TransactionSender, { executor, signal }: OnExecutor): Promise<TransactionResult> {
  const doing = 'reset the breaker'
  return sender.write({ doing, to: executor, abi: guardedExecutorAbi, functionName: 'reset', args: [], signal })
}

/** Names who may trip the breaker. Sender: the owner. Errors as `resetBreaker`. */
export async function setBreakerGuardian(
  sender: TransactionSender,
  { executor, guardian, signal }: OnExecutor & { guardian: Address },
): Promise<TransactionResult> {
  const doing = `make ${guardian} the guardian of the breaker`
  return sender.write({ doing, to: executor, abi: guardedExecutorAbi, functionName: 'setGuardian', args: [guardian], signal })
}
