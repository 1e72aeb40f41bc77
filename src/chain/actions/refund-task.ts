import { parseEventLogs } from 'viem'
import type { Address } from '../../protocol/types.ts'
import { rewardDistributorAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface RefundTaskParameters extends WriteOptions {
  distributor: Contracts['distributor']
  task: bigint
}

/**
 * Pays what a stopped task did not use to its founder. Anyone may send it. Earned rewards stay for their members.
 *
 * Errors: TRANSACTION_REVERTED with `NotStopped`, `StillOpen`, `NotFinalYet` or `NothingToRefund`, and those of every write.
 *
 * @example
 * const { founder, amount } = await refundTask(sender, { distributor, task: 3n })
 */
export async function refundTask(
  sender: TransactionSender,
  { distributor, task, signal }: RefundTaskParameters,
): Promise<TransactionResult & { founder: Address; amount: bigint }> {
  const result = await sender.write({
    doing: `refund the founder of task ${task}`,
    to: distributor,
    abi: rewardDistributorAbi,
    functionName: 'refund',
    args: [task],
    signal,
  })
  const [refunded] = parseEventLogs({ abi: rewardDistributorAbi, eventName: 'Refunded', logs: [...result.logs] })
  const { founder, amount } = refunded!.args
  return { ...result, founder, amount }
}
