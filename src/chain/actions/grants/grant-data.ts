import { parseEventLogs } from 'viem'
import type { Address, Hash } from '../../../protocol/types.ts'
import { dataGrantsAbi } from '../../abi/index.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../../transactions/transaction-sender.ts'

export interface GrantDataParameters extends WriteOptions {
  grants: Address
  dataSet: Hash
  task: bigint
  /** Owner address of a member of the task. */
  grantee: Address
  /** Unix second from which the grant is over. */
  until: number
  /** Of a round, token wei; 0 for a free grant. */
  price: bigint
}

/**
 * Lets a member of a task train on a data set of the sender. A free grant runs at once, one with a price when it is funded.
 *
 * Errors: TRANSACTION_REVERTED with `UnknownDataSet`, `NotOwner`, `UnknownTask`, `GrantOver`, `StillGranted` or `TooManyGrants`, and those of every write.
 *
 * @example const { grant } = await grantData(sender, { grants, dataSet, task: 1n, grantee, until, price: 0n })
 */
export async function grantData(
  sender: TransactionSender,
  { grants, dataSet, task, grantee, until, price, signal }: GrantDataParameters,
): Promise<TransactionResult & { grant: Hash }> {
  const args = [dataSet, task, grantee, until, price] as const
  const doing = `grant ${grantee} data for task ${task}`
  const result = await sender.write({ doing, to: grants, abi: dataGrantsAbi, functionName: 'grant', args, signal })
  const [granted] = parseEventLogs({ abi: dataGrantsAbi, eventName: 'Granted', logs: [...result.logs] })
  return { ...result, grant: granted!.args.grant }
}
