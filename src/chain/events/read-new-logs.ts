import { readBlockHeader } from './block-header.ts'
import type { BlockHeader } from './block-header.ts'
import type { LogFilter } from './log-filter.ts'
import { noteBlooms, readBlockLogs } from './read-block-logs.ts'
import { readLogRange } from './read-log-range.ts'
import type { ChainLog, LogSource } from './request-logs.ts'

/**
 * How far the slowest back end behind an RPC address may lag behind the fastest: blocks that are deeper count as settled. Providers take
 * a node out of rotation when it falls behind by a few blocks; this leaves room for chains with several blocks a second.
 */
export const SETTLED_DEPTH = 128n

/** Logs that were shown to be complete, and the headers of the blocks they were shown for: none when nothing could be shown now. */
export interface ShownLogs {
  logs: ChainLog[]
  /** In order. Of settled blocks only the last. */
  headers: BlockHeader[]
}

const NOTHING: ShownLogs = { logs: [], headers: [] }

/**
 * The logs of new blocks: at most `SETTLED_DEPTH` of them, header by header. The headers form one chain, each log set is shown to be
 * complete (`readBlockLogs`), and the answer ends before the first block for which that fails.
 *
 * Cost: one header for each block, `eth_getLogs` only for blocks whose bloom may hold the logs.
 */
export async function readNewLogs(
  chain: LogSource,
  filter: LogFilter,
  { fromBlock, toBlock, signal }: { fromBlock: bigint; toBlock: bigint; signal?: AbortSignal },
): Promise<ShownLogs> {
  const numbers = Array.from({ length: Number(toBlock - fromBlock) + 1 }, (_, index) => fromBlock + BigInt(index))
  const read = await Promise.all(numbers.map((number) => readBlockHeader(chain, number)))
  const end = read.findIndex((header, index) => !follows(header, index === 0 ? undefined : read[index - 1]))
  const headers = read.slice(0, end === -1 ? read.length : end) as BlockHeader[]
  noteBlooms(chain, headers)
  const found = await Promise.all(headers.map((header) => readBlockLogs(chain, filter, header, signal)))
  const unshown = found.indexOf(undefined)
  const count = unshown === -1 ? headers.length : unshown
  return { logs: found.slice(0, count).flatMap((logs) => logs!), headers: headers.slice(0, count) }
}

/**
 * The logs of settled blocks, asked for as one range: nothing but the depth of `toBlock` shows them to be complete. As
 * a second guard the last block is read by hash together with the range. The two calls usually share an HTTP request
 * and therefore a back end, and a back end without the block reports an error.
 */
export async function readSettledLogs(
  chain: LogSource,
  filter: LogFilter,
  { fromBlock, toBlock, signal }: { fromBlock: bigint; toBlock: bigint; signal?: AbortSignal },
): Promise<ShownLogs> {
  const header = await readBlockHeader(chain, toBlock)
  if (header === undefined) return NOTHING
  noteBlooms(chain, [header])
  const [logs, last] = await Promise.all([
    readLogRange(chain, filter, { fromBlock, toBlock, signal }),
    readBlockLogs(chain, filter, header, signal),
  ])
  const ofLast = logs.filter(({ blockNumber }) => blockNumber === toBlock).length
  return last === undefined || last.length !== ofLast ? NOTHING : { logs, headers: [header] }
}

function follows(header: BlockHeader | undefined, parent: BlockHeader | undefined): boolean {
  return header !== undefined && (parent === undefined || header.parentHash === parent.hash)
}
