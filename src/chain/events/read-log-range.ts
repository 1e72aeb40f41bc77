import type { RpcFailure } from '../rpc/classify-answer.ts'
import { translateChainError } from '../translate-chain-error.ts'
import type { LogFilter } from './log-filter.ts'
import { requestLogs } from './request-logs.ts'
import type { ChainLog, LogSource } from './request-logs.ts'

/** An answer with this many logs may be cut silently, so the range is read again in halves. Known cuts are at 1,000 and above. */
const SUSPICIOUS = 1_000

/** The widest range that each connection's node took, once it refused a wider one. */
const widest = new WeakMap<LogSource['publicClient'], bigint>()

/**
 * All logs of a block range from the node's answers, in order. `read-logs.ts` makes sure that they are complete. Asks
 * for the whole range at once. Halves the range while the node reports that the range or the answer is too large,
 * because each provider has its own limit (blocks, results, bytes or seconds). A refusal that names no reason is put to
 * the test with a single block: if the node answers that, the range was the reason. The range that worked is remembered
 * for the connection.
 *
 * Errors: RPC_UNREACHABLE, CANCELLED.
 */
export async function readLogRange(
  chain: LogSource,
  filter: LogFilter,
  { fromBlock, toBlock, signal }: { fromBlock: bigint; toBlock: bigint; signal?: AbortSignal },
): Promise<ChainLog[]> {
  const logs: ChainLog[] = []
  const ask = async (from: bigint, to: bigint) => {
    try {
      return await requestLogs(chain, { fromBlock: from, toBlock: to }, filter, signal)
    } catch (error) {
      throw translateChainError(error, { doing: `read the events of blocks ${from} to ${to}`, rpcUrl: chain.rpcUrl })
    }
  }
  let size = min(toBlock - fromBlock + 1n, widest.get(chain.publicClient) ?? toBlock - fromBlock + 1n)
  for (let from = fromBlock; from <= toBlock;) {
    const to = min(from + size - 1n, toBlock)
    try {
      const found = await ask(from, to)
      if (found.length >= SUSPICIOUS && to > from) {
        size = (to - from + 1n) / 2n
        continue
      }
      for (const log of found) logs.push(log)
      from = to + 1n
    } catch (error) {
      const failure = translateChainError(error, { doing: 'read events' }).details['failure'] as RpcFailure | undefined
      if (to === from || (failure !== 'rangeTooWide' && failure !== 'refused')) throw error
      if (failure === 'refused') await ask(from, from)
      size = (to - from + 1n) / 2n
      widest.set(chain.publicClient, size)
    }
  }
  return logs
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
