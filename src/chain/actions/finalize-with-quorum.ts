import type { Address, Hash, Hex } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface FinalizeWithQuorumParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
  claimHash: Hash
  /** `Agreement` statements by the operator keys valid at the round's snapshot; in any order, one per member. */
  agreements: readonly { member: Address; signature: Hex }[]
}

/**
 * Makes a posted claim final at once. Anyone may.
 *
 * Errors: TRANSACTION_REVERTED with `QuorumMissed`, `WrongSigner`, `WrongClaim`, `NoClaim` or `AlreadyFinal`, and those of every write.
 */
export async function finalizeWithQuorum(
  sender: TransactionSender,
  parameters: FinalizeWithQuorumParameters,
): Promise<TransactionResult> {
  const { ledger, task, round, claimHash, agreements, signal } = parameters
  // The contract wants addresses strictly ascending: so it needs no storage to see that no member is counted twice.
  const sorted = [...agreements].sort((a, b) => (BigInt(a.member) < BigInt(b.member) ? -1 : 1))
  return sender.write({
    key: `finalize:${task}:${round}`,
    doing: `make round ${round} of task ${task} final`,
    to: ledger,
    abi: roundLedgerAbi,
    functionName: 'finalizeWithQuorum',
    args: [task, round, claimHash, sorted.map(({ member }) => member), sorted.map(({ signature }) => signature)],
    signal,
  })
}
