import type { Hash } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface ForceCommitParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
  commitment: Hash
}

/**
 * Puts a commitment on chain that the operator would not take. Sender: the owner or operator key of a member of the round's snapshot.
 *
 * Errors: TRANSACTION_REVERTED with `TooLate`, `NotMember`, `NotCurrentRound` or `AlreadyCommitted`, and those of every write.
 */
export async function forceCommit(sender: TransactionSender, parameters: ForceCommitParameters): Promise<TransactionResult> {
  const { ledger, task, round, commitment, signal } = parameters
  return sender.write({
    key: `force:${task}:${round}`,
    doing: `force the commitment to round ${round}`,
    to: ledger,
    abi: roundLedgerAbi,
    functionName: 'forceCommit',
    args: [task, round, commitment],
    signal,
  })
}
