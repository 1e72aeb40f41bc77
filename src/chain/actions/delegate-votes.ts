import type { Address } from '../../protocol/types.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface DelegateVotesParameters extends WriteOptions {
  vault: Contracts['vault']
  /** Who votes with the sender's stake from now on; the sender's own address takes the votes back. */
  to: Address
}

/** Delegates the votes of the sender's stake, now and later. Sender: the owner key. Errors: those of every write. */
export async function delegateVotes(
  sender: TransactionSender,
  { vault, to, signal }: DelegateVotesParameters,
): Promise<TransactionResult> {
  return sender.write({
    doing: `delegate votes to ${to}`,
    to: vault,
    abi: stakeVaultAbi,
    functionName: 'delegate',
    args: [to],
    signal,
  })
}
