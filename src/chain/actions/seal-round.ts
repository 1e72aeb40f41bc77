import type { Hash } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface SealRoundParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
  /** Chain time of the opening that the list was made for. */
  openedAt: number
  /** `commitmentsHash` of the rows. */
  digest: Hash
  count: number
  /** `forcedHashOf` of the forced commitments that the list knows, in a drawn round from its seed on. */
  forcedHash: Hash
}

/**
 * Fixes the rows of the open round on chain. Sender: the operator that has the seat. Journalled by round and digest, so a
 * repeated call finds the earlier transaction.
 *
 * Errors: TRANSACTION_REVERTED with `OtherForced` (somebody forced a commitment that the list lacks), `NoSeed`, `AlreadySealed`,
 * `NotCurrentRound`, `OtherOpening`, `TooEarly` or `TooLate`, and those of every write.
 */
export async function sealRound(sender: TransactionSender, parameters: SealRoundParameters): Promise<TransactionResult> {
  const { ledger, task, round, openedAt, digest, count, forcedHash, signal } = parameters
  return sender.write({
    key: `seal:${task}:${round}:${openedAt}:${digest}:${forcedHash}`,
    doing: `seal round ${round} of task ${task}`,
    to: ledger,
    abi: roundLedgerAbi,
    functionName: 'seal',
    args: [task, round, openedAt, digest, count, forcedHash],
    signal,
  })
}
