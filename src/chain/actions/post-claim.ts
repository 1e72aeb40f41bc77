import type { Claim } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface PostClaimParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
  claim: Claim
}

/**
 * Posts the claim of the current round: the operator's one transaction per round, journalled as `post:TASK:ROUND`. Sender: the operator key.
 * After a crash call it again: it finds the transaction of the earlier run (`recovered`) instead of posting twice.
 *
 * Errors: KEY_NOT_BONDED, TRANSACTION_REVERTED with `NotCurrentRound` (somebody posted it), `WrongParent`, `TooEarly`, `TooLate`,
 * `NotYourTurn`, `SeatLost`, `RewardTooHigh`, `Underfunded` or `RingFull`, and those of every write.
 *
 * @example
 * const { hash, gasUsed } = await postClaim(sender, { ledger, task: 1n, round: 7n, claim })
 */
export async function postClaim(sender: TransactionSender, parameters: PostClaimParameters): Promise<TransactionResult> {
  const { ledger, task, round, claim, signal } = parameters
  return sender.write({
    key: `post:${task}:${round}`,
    doing: `post round ${round} of task ${task}`,
    to: ledger,
    abi: roundLedgerAbi,
    functionName: 'post',
    args: [task, round, claim],
    signal,
  })
}
