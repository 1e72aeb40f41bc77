import { formatLog, numberToHex } from 'viem'
import type { Log, RpcLog } from 'viem'
import type { Hash } from '../../protocol/types.ts'
import type { Chain } from '../connect-chain.ts'
import type { LogFilter } from './log-filter.ts'

export type ChainLog = Log<bigint, number, false>

export type LogSource = Pick<Chain, 'publicClient' | 'rpcUrl' | 'clock' | 'random'>

/** Where logs are looked for: blocks by number, both included, or the one block with a hash. */
export type LogBlocks = { fromBlock: bigint; toBlock: bigint } | { blockHash: Hash }

/** One `eth_getLogs`, as the node answers it. Without a filter all logs of the blocks. Errors: viem's. */
export async function requestLogs(
  { publicClient }: LogSource,
  blocks: LogBlocks,
  filter: Partial<LogFilter>,
  signal?: AbortSignal,
): Promise<ChainLog[]> {
  const where =
    'blockHash' in blocks ? blocks : { fromBlock: numberToHex(blocks.fromBlock), toBlock: numberToHex(blocks.toBlock) }
  const found = await publicClient.request<{ Method: 'eth_getLogs'; Parameters: [object]; ReturnType: RpcLog[] }>(
    { method: 'eth_getLogs', params: [{ ...filter, ...where }] },
    { signal },
  )
  return found.map((log) => formatLog(log) as ChainLog)
}
