import { QuorateError } from '../../core/index.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import { readCurrentRound } from './read-current-round.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface FailRoundParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  /** Number of the open round. */
  round: bigint
  /** When it opened: nothing is sent when a reorganisation opened the number anew. */
  openedAt?: number
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
  { ledger, task, round, openedAt, signal }: FailRoundParameters,
): Promise<TransactionResult> {
  const doing = `end round ${round} of task ${task}`
  if (openedAt !== undefined) {
    const current = await readCurrentRound(sender.chain, { ledger, task, signal })
    if (current.round !== round || current.openedAt !== openedAt)
      throw new QuorateError('TRANSACTION_REVERTED', `cannot ${doing}: its opening is not the one of round ${current.round}`, {
        details: { error: 'NotCurrentRound', args: [round, current.round] },
      })
  }
  return sender.write({ doing, to: ledger, abi: roundLedgerAbi, functionName: 'fail', args: [task, round], signal })
}
