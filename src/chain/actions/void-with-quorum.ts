import type { Address, Hash, Hex } from '../../protocol/types.ts'
import { roundLedgerAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface VoidWithQuorumParameters extends WriteOptions {
  ledger: Contracts['ledger']
  task: bigint
  round: bigint
  /** The claim that is to fall; zero for the open round. */
  claimHash: Hash
  /** Signatures of members over `Void`, in any order, one a member. */
  voids: readonly { member: Address; signature: Hex }[]
}

/**
 * Ends a round, or drops its claim that is not final, with the signatures of a quorum of the stake. Nobody pays. Anyone may send.
 *
 * Errors: TRANSACTION_REVERTED with `QuorumMissed`, `WrongSigner`, `WrongClaim`, `AlreadyFinal` or `NoClaim`, and those of every
 * write.
 */
export async function voidWithQuorum(
  sender: TransactionSender,
  { ledger, task, round, claimHash, voids, signal }: VoidWithQuorumParameters,
): Promise<TransactionResult> {
  const ascending = voids.toSorted((a, b) => (BigInt(a.member) < BigInt(b.member) ? -1 : 1))
  return sender.write({
    doing: `void round ${round} of task ${task}`,
    to: ledger,
    abi: roundLedgerAbi,
    functionName: 'voidWithQuorum',
    args: [task, round, claimHash, ascending.map(({ member }) => member), ascending.map(({ signature }) => signature)],
    signal,
  })
}
