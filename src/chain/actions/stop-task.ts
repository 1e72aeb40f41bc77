import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface StopTaskParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
}

/**
 * Ends a task: no round opens any more, and an open round goes on to its end. Sender: the founder, or governance. What the task did not
 * use comes back with `refundTask`.
 *
 * Errors: TRANSACTION_REVERTED with `NotFounder`, `TaskStopped` or `UnknownTask`, and those of every write.
 *
 * @example
 * await stopTask(founder, { ledger, task: 3n })
 */
export function stopTask(sender: TransactionSender, { ledger, task, signal }: StopTaskParameters): Promise<TransactionResult> {
  const doing = `stop task ${task}`
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'stop', args: [task], signal })
}
