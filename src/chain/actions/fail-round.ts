import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface FailRoundParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  /** Number of the open round. */
  round: bigint
}

/**
 * Ends the open round without a claim and empties the seat: its holder at any time, anyone past the deadline, or once the seed of a drawn
 * round can be stored no more. It costs no stake. The call names its round, so one that comes late ends no later round.
 *
 * Errors: TRANSACTION_REVERTED with `TooEarly` (the second from which anyone may in `details.args`), `NotCurrentRound` or
 * `NoOpenRound` (the round is over already: `isRoundOver`), and those of every write.
 */
export async function failRound(
  sender: TransactionSender,
  { ledger, task, round, signal }: FailRoundParameters,
): Promise<TransactionResult> {
  const doing = `end round ${round} of task ${task}`
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'fail', args: [task, round], signal })
}
