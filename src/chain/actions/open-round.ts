import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface OpenRoundParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
}

/**
 * Opens the round of a holder that waited for a place in the ring. Anyone may.
 *
 * Errors: TRANSACTION_REVERTED with `RingFull` or `NotWaiting`, and those of every write.
 */
export async function openRound(
  sender: TransactionSender,
  { ledger, task, signal }: OpenRoundParameters,
): Promise<TransactionResult> {
  const doing = `open the next round of task ${task}`
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'open', args: [task], signal })
}
