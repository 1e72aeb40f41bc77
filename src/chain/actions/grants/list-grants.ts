import { decodeEventLog, encodeEventTopics } from 'viem'
import type { Address, Hash } from '../../../protocol/types.ts'
import { dataGrantsAbi } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import { readLogs } from '../../events/read-logs.ts'

export interface ListGrantsParameters {
  grants: Address
  task: bigint
  /** Default 0: the block of the deployment saves requests. */
  fromBlock?: bigint
  signal?: AbortSignal | undefined
}

/** Names of all grants for a task, oldest first, from the events of the contract. Errors: RPC_UNREACHABLE, CANCELLED. */
export async function listGrants(
  chain: Chain,
  { grants: address, task, fromBlock = 0n, signal }: ListGrantsParameters,
): Promise<Hash[]> {
  const toBlock = await chain.publicClient.getBlockNumber()
  const topics = encodeEventTopics({ abi: dataGrantsAbi, eventName: 'Granted' })
  const logs = await readLogs(chain, { address, topics, fromBlock, toBlock, signal })
  const granted = logs.map(
    ({ data, topics: found }) => decodeEventLog({ abi: dataGrantsAbi, eventName: 'Granted', data, topics: found }).args,
  )
  return granted.filter((one) => one.task === task).map(({ grant }) => grant)
}
