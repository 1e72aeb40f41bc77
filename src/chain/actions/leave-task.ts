import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface LeaveTaskParameters extends WriteOptions {
  vault: Contracts['vault']
  task: bigint
}

/**
 * Takes the sender out of a task. Its stake there stops counting at once, stays at risk for the unbonding delay, and may be released then
 * (`releaseStake`). Sender: the owner key.
 *
 * Errors: TRANSACTION_REVERTED with `NothingAllocated`, and those of every write.
 */
export async function leaveTask(
  sender: TransactionSender,
  { vault, task, signal }: LeaveTaskParameters,
): Promise<TransactionResult> {
  return sender.write({ doing: `leave task ${task}`, to: vault, abi: stakeVaultAbi, functionName: 'leave', args: [task], signal })
}
