import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface TakeSeatParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
}

/**
 * Takes the empty seat of a task, which opens its next round. Sender: the operator key of a bonded operator. Stake counts from
 * the second after it was bonded.
 *
 * Errors: KEY_NOT_BONDED, NOT_ENOUGH_MEMBERS, NOT_ENOUGH_STAKE (both numbers in `details.args`), TRANSACTION_REVERTED with
 * `SeatTaken`, `TooEarly` (an operator that failed the task waits), `Underfunded` or `RingFull`, and those of every write.
 *
 * @example
 * await takeSeat(sender, { ledger, task: 1n })
 */
export async function takeSeat(
  sender: TransactionSender,
  { ledger, task, signal }: TakeSeatParameters,
): Promise<TransactionResult> {
  const doing = `take the seat of task ${task}`
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'takeSeat', args: [task], signal })
}
