import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface VoidRoundParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
}

/**
 * Voids the current round once its takeover window is over: the base model stands and the next round opens. Anyone may.
 *
 * Errors: TRANSACTION_REVERTED with `TooEarly` (the second from which it may in `details.args`), and those of every write.
 */
export async function voidRound(
  sender: TransactionSender,
  { ledger, task, signal }: VoidRoundParameters,
): Promise<TransactionResult> {
  const doing = `void the current round of task ${task}`
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'voidRound', args: [task], signal })
}
