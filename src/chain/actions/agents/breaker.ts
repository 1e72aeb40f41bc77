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

/** The call of `resetBreaker`, for a sender or a vote. */
export function resetCall({ executor }: { executor: Address }) {
  return { to: executor, abi: guardedExecutorAbi, functionName: 'reset', args: [] } as const
}

/** Resets the breaker. Sender: the owner. Errors: TRANSACTION_REVERTED with `NotOwner`, and those of every write. */
export async function resetBreaker(sender: TransactionSender, { executor, signal }: OnExecutor): Promise<TransactionResult> {
  return sender.write({ doing: 'reset the breaker', ...resetCall({ executor }), signal })
}

/** The call of `setBreakerGuardian`, for a sender or a vote. */
export function breakerGuardianCall({ executor, guardian }: { executor: Address; guardian: Address }) {
  return { to: executor, abi: guardedExecutorAbi, functionName: 'setGuardian', args: [guardian] } as const
}

/** Names who may trip the breaker. Sender: the owner. Errors as `resetBreaker`. */
export async function setBreakerGuardian(
  sender: TransactionSender,
  { executor, guardian, signal }: OnExecutor & { guardian: Address },
): Promise<TransactionResult> {
  const doing = `make ${guardian} the guardian of the breaker`
  return sender.write({ doing, ...breakerGuardianCall({ executor, guardian }), signal })
}
