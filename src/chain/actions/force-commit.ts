import type { Address, Hash, Hex } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

/** A commitment for the chain. */
export interface CommitmentToForce {
  /** Owner address. */
  member: Address
  commitment: Hash
  /** Over `Commitment`, by the member's key of the snapshot; `0x` if the sender is the member's owner or that key. */
  signature: Hex
}

export interface ForceCommitParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
  commitments: readonly CommitmentToForce[]
}

/**
 * Puts commitments on chain that the operator may ignore, in one transaction. Anyone may send what members signed. A member that
 * has one already is skipped.
 *
 * Errors: TRANSACTION_REVERTED with `TooLate`, `AlreadySealed`, `NotMember`, `NotDrawn`, `NoSeed` (before the committee is drawn),
 * `NotCurrentRound` or `WrongSigner`, and those of every write.
 */
export async function forceCommit(sender: TransactionSender, parameters: ForceCommitParameters): Promise<TransactionResult> {
  const { ledger, task, round, commitments, signal } = parameters
  return sender.write({
    key: `force:${task}:${round}:${commitments.map(({ commitment }) => commitment).join()}`,
    doing: `force ${commitments.length} commitment(s) to round ${round}`,
    to: ledger,
    abi: roundLedgerAbi,
    functionName: 'forceCommit',
    args: [
      task,
      round,
      commitments.map(({ member }) => member),
      commitments.map(({ commitment }) => commitment),
      commitments.map(({ signature }) => signature),
    ],
    signal,
  })
}
