import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface FailRoundParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
}

/**
 * Ends the open round without a claim and empties the seat: its holder at any time, anyone past the deadline, or once the seed of a drawn
 * round can be stored no more. It costs no stake.
 *
 * Errors: TRANSACTION_REVERTED with `TooEarly` (the second from which anyone may in `details.args`) or `NoOpenRound`, and those
 * of every write.
 */
export async function failRound(
  sender: TransactionSender,
  { ledger, task, signal }: FailRoundParameters,
): Promise<TransactionResult> {
  const doing = `end the open round of task ${task}`
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'fail', args: [task], signal })
}
