import { decodeEventLog, encodeEventTopics } from 'viem'
import type { AgentAction } from '../../../protocol/agents/index.ts'
import type { Address, Hash } from '../../../protocol/types.ts'
import { guardedExecutorAbi } from '../../abi/index.ts'
import type { Chain } from '../../connect-chain.ts'
import { readLogs } from '../../events/read-logs.ts'

export interface FindActionParameters {
  executor: Address
  /** Digest of the action. */
  id: Hash
  /** Default 0: the block of the deployment saves requests. */
  fromBlock?: bigint
  signal?: AbortSignal | undefined
}

/** A proposed action by its name, from the events of the executor; undefined where nobody proposed it. Errors: RPC_UNREACHABLE, CANCELLED. */
export async function findAction(
  chain: Chain,
  { executor: address, id, fromBlock = 0n, signal }: FindActionParameters,
): Promise<AgentAction | undefined> {
  const toBlock = await chain.publicClient.getBlockNumber()
  const topics = encodeEventTopics({ abi: guardedExecutorAbi, eventName: 'Proposed', args: { action: id } })
  const [found] = await readLogs(chain, { address, topics, fromBlock, toBlock, signal })
  if (found === undefined) return undefined
  const { data, topics: words } = found
  return decodeEventLog({ abi: guardedExecutorAbi, eventName: 'Proposed', data, topics: words }).args.details
}
