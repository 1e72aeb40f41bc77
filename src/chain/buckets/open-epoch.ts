import type { Address, TaskSpec } from '../../protocol/types.ts'
import { maskBucketsAbi } from '../abi/index.ts'
import { specTuple } from '../actions/spec-tuple.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface OpenEpochParameters extends WriteOptions {
  maskBuckets: Address
  task: bigint
  spec: TaskSpec
}

/**
 * Fixes the members of the epoch that the task's next round number belongs to, and the block whose randomness draws its buckets. Anyone may send it, once an epoch.
 *
 * Errors: TRANSACTION_REVERTED with `EpochKnown` (somebody was faster), `NoBuckets`, `OtherSpec`, and those of every write.
 */
export async function openEpoch(
  sender: TransactionSender,
  { maskBuckets, task, spec, signal }: OpenEpochParameters,
): Promise<TransactionResult> {
  const doing = `open the next epoch of task ${task}`
  const args = [task, specTuple(spec)] as const
  return sender.write({ doing, to: maskBuckets, abi: maskBucketsAbi, functionName: 'open', args, signal })
}
