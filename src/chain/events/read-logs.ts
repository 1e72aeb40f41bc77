import { formatLog, numberToHex } from 'viem'
import type { Log, LogTopic } from 'viem'
import { isQuorateError } from '../../core/index.ts'
import type { Address } from '../../protocol/types.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { translateChainError } from '../translate-chain-error.ts'

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
      const found = await abortable(chain.publicClient.request({ method: 'eth_getLogs', params: [filter as never] }), signal)
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
