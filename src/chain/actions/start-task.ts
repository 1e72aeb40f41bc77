import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface StartTaskParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
}

/**
 * Opens round 1 of a task once its minimum of members and stake has joined. Anyone may. Stake counts from the second after it was
 * put in.
 *
 * Errors: NOT_ENOUGH_MEMBERS, NOT_ENOUGH_STAKE (both numbers in `details.args`), TRANSACTION_REVERTED with `AlreadyStarted`, and those
 * of every write.
 *
 * @example
 * await startTask(sender, { ledger, task: 1n })
 */
export async function startTask(
  sender: TransactionSender,
  { ledger, task, signal }: StartTaskParameters,
): Promise<TransactionResult> {
  const doing = `start task ${task}`
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'start', args: [task], signal })
}
