import { QuorateError } from '../../core/index.ts'
import { abortable } from '../abortable.ts'
import { displayUrl } from '../display-url.ts'
import { translateChainError } from '../translate-chain-error.ts'
import { backoffMs } from '../rpc/backoff.ts'
import type { LogFilter } from './log-filter.ts'
import { SETTLED_DEPTH, readNewLogs, readSettledLogs } from './read-new-logs.ts'
import type { ChainLog, LogSource } from './request-logs.ts'

/** How often blocks that the node does not show are asked for again before giving up: about ten seconds. */
const PATIENCE = 8
const BACKOFF = { baseMs: 200, capMs: 2_000 }

export interface ReadLogsParameters extends LogFilter {
  fromBlock: bigint
  /** Included. */
  toBlock: bigint
  signal?: AbortSignal
}

/**
 * All logs of a block range, in order, or an error: never a part of them.
 *
 * One RPC address may lead to many nodes. A node that has not seen a block answers `eth_getLogs` with an empty list, as
 * if the block had no logs. So the last 128 blocks are read one by one, each shown to be complete (`readNewLogs`);
 * older ones, which every back end has, as ranges (`readSettledLogs`). While the node does not show a block the reader
 * waits and asks again.
 *
 * Errors: RPC_UNREACHABLE (`details.failure` is `behind` when blocks were not shown in time), CANCELLED.
 */
export async function readLogs(chain: LogSource, parameters: ReadLogsParameters): Promise<ChainLog[]> {
  const { fromBlock, toBlock, signal, ...filter } = parameters
  const logs: ChainLog[] = []
  let attempts = 0
  for (let next = fromBlock; next <= toBlock;) {
    const settled = toBlock - SETTLED_DEPTH
    const read = next <= settled ? readSettledLogs : readNewLogs
    const range = { fromBlock: next, toBlock: next <= settled ? settled : toBlock, signal }
    const doing = `read the events of blocks ${range.fromBlock} to ${range.toBlock}`
    const shown = await abortable(read(chain, filter, range), signal).catch((error: unknown) => {
      throw translateChainError(error, { doing, rpcUrl: chain.rpcUrl })
    })
    for (const log of shown.logs) logs.push(log)
    const last = shown.headers.at(-1)
    if (last !== undefined) {
      next = last.number + 1n
      attempts = 0
      continue
    }
    if (attempts === PATIENCE) {
      const rpcUrl = displayUrl(chain.rpcUrl)
      throw new QuorateError('RPC_UNREACHABLE', `cannot ${doing}: ${rpcUrl} does not show all of them`, {
        details: { rpcUrl, failure: 'behind', block: next },
      })
    }
    await chain.clock.sleep(backoffMs(attempts++, { ...BACKOFF, random: chain.random }), signal)
  }
  return logs
}
