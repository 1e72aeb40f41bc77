import type { Address } from '../../protocol/types.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface ReleaseStakeParameters extends WriteOptions {
  vault: Contracts['vault']
  task: bigint
  /** Default: the sender. Anyone may release for anyone. */
  owner?: Address
}

/**
 * Returns an allocation whose leave has ended to the free bond of its owner.
 *
 * Errors: TRANSACTION_REVERTED with `StillLeaving` (the second it ends in `details.args`) or `NothingAllocated`, and those of every write.
 */
export async function releaseStake(sender: TransactionSender, parameters: ReleaseStakeParameters): Promise<TransactionResult> {
  const { vault, task, owner = sender.address, signal } = parameters
  const doing = `release the stake of ${owner} from task ${task}`
  return sender.write({ doing, to: vault, abi: stakeVaultAbi, functionName: 'release', args: [task, owner], signal })
}
