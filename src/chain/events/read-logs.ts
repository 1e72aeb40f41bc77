import { formatLog, numberToHex } from 'viem'
import type { Log, LogTopic, RpcLog } from 'viem'
import { isQuorateError } from '../../core/index.ts'
import type { Address, Hex } from '../../protocol/types.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { translateChainError } from '../translate-chain-error.ts'

/** As JSON-RPC takes it. */
interface Filter {
  address: Address | readonly Address[]
  topics: LogTopic[] | undefined
  fromBlock: Hex
  toBlock: Hex
}

export interface ReadLogsParameters {
  address: Address | readonly Address[]
  /** As `encodeEventTopics` makes them; default every event. */
  topics?: LogTopic[]
  fromBlock: bigint
  /** Included. */
  toBlock: bigint
  signal?: AbortSignal
}

/**
 * All logs of a block range, in order. Asks for the whole range at once and halves it as often as the node refuses, because every
 * provider has its own limit (blocks, results or bytes) and none tells it in a form a program can read.
 *
 * Errors: RPC_UNREACHABLE, CANCELLED.
 */
export async function readLogs(
  chain: Pick<Chain, 'publicClient' | 'rpcUrl'>,
  parameters: ReadLogsParameters,
): Promise<Log<bigint, number, false>[]> {
  const { address, topics, fromBlock, toBlock, signal } = parameters
  const logs: Log<bigint, number, false>[] = []
  let size = toBlock - fromBlock + 1n
  for (let from = fromBlock; from <= toBlock;) {
    const to = from + size - 1n < toBlock ? from + size - 1n : toBlock
    try {
      const filter = { address, topics, fromBlock: numberToHex(from), toBlock: numberToHex(to) }
      const found = await abortable(requestLogs(chain, filter), signal)
      for (const log of found) logs.push(formatLog(log) as Log<bigint, number, false>)
      from = to + 1n
    } catch (error) {
      const translated = translateChainError(error, { doing: `read the events of blocks ${from} to ${to}`, rpcUrl: chain.rpcUrl })
      if (!isQuorateError(translated, 'RPC_UNREACHABLE') || translated.details['refused'] !== true || size <= 1n) throw translated
      size /= 2n
    }
  }
  return logs
}

/** Without viem's retries at first: it would ask three times, pausing, for what was refused for good. */
async function requestLogs({ publicClient, rpcUrl }: Pick<Chain, 'publicClient' | 'rpcUrl'>, filter: Filter): Promise<RpcLog[]> {
  const ask = (options?: { retryCount: number }) =>
    publicClient.request<{ Method: 'eth_getLogs'; Parameters: [Filter]; ReturnType: RpcLog[] }>(
      { method: 'eth_getLogs', params: [filter] },
      options,
    )
  try {
    return await ask({ retryCount: 0 })
  } catch (error) {
    if (translateChainError(error, { doing: 'read events', rpcUrl }).details['refused'] === true) throw error
    return ask()
  }
}
