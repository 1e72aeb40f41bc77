import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface WithdrawParameters extends WriteOptions {
  vault: Contracts['vault']
}

/**
 * Pays the sender everything that is unbonding, once its delay is over.
 *
 * Errors: TRANSACTION_REVERTED with `StillLocked` (the second it unlocks in `details.args`) or `NothingUnbonding`, and those of every write.
 */
export async function withdraw(sender: TransactionSender, { vault, signal }: WithdrawParameters): Promise<TransactionResult> {
  return sender.write({
    doing: 'withdraw unbonded stake',
    to: vault,
    abi: stakeVaultAbi,
    functionName: 'withdraw',
    args: [],
    signal,
  })
}
