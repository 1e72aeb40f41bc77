import { toHex } from 'viem'
import { abortable } from '../abortable.ts'
import type { RpcFailure } from '../rpc/classify-answer.ts'
import { rpcFailureOf } from '../rpc/rpc-failure-of.ts'
import type { BlockHeader } from './block-header.ts'
import { matches } from './log-filter.ts'
import type { LogFilter } from './log-filter.ts'
import { LogsBloom } from './logs-bloom.ts'
import { requestLogs } from './request-logs.ts'
import type { ChainLog, LogSource } from './request-logs.ts'

/** So many made-up block hashes must be refused before an empty answer by hash is believed: the back ends of one URL may differ. */
const PROBES = 8

/** What a connection has shown of its node. */
interface Shown {
  /** A header with a bloom that is not empty was seen: this chain fills the field. */
  blooms: boolean
  /** Whether a made-up block hash is refused, once asked. */
  honoursHashes?: Promise<boolean>
}

const shownBy = new WeakMap<LogSource['publicClient'], Shown>()

/**
 * The logs of one block that a filter asks for, or undefined when they are not shown to be all: the back end that answered may not have
 * the block. What shows it:
 *
 * * The header's bloom excludes them: there are none, and nothing is asked. An empty bloom counts only on chains that were seen to fill
 *   the field.
 * * All logs of the block, read by hash and unfiltered: their indices have no gap, and they explain every bit of the header's bloom.
 *   This costs a second request, but only for blocks whose bloom allows the logs.
 * * An empty answer by hash for a crowded block, whose bloom allows nearly everything. EIP-234 demands an error for an unknown hash, but
 *   some nodes answer an empty list, so the connection is tested with made-up hashes once. Where an empty answer means nothing, all
 *   logs of the block are read.
 *
 * Errors: viem's.
 */
export async function readBlockLogs(
  chain: LogSource,
  filter: LogFilter,
  header: BlockHeader,
  signal?: AbortSignal,
): Promise<ChainLog[] | undefined> {
  const shown = shownOf(chain)
  const bloom = new LogsBloom(header.logsBloom)
  if (bloom.empty ? shown.blooms : !bloom.mayContain(filter)) return []

  const blocks = { blockHash: header.hash }
  const some = await unless(['behind'], requestLogs(chain, blocks, filter, signal))
  if (some === undefined) return undefined
  if (some.length === 0 && bloom.crowded && (await abortable(honoursHashes(chain, shown), signal))) return []

  const all = await unless(['behind'], requestLogs(chain, blocks, {}, signal))
  if (all === undefined || !isWhole(all, header, bloom)) return undefined
  const wanted = all.filter((log) => matches(filter, log))
  return wanted.length >= some.length ? wanted : undefined
}

/** Learns from headers whether the chain fills the bloom field: before the logs of any of them are asked for. */
export function noteBlooms(chain: LogSource, headers: readonly BlockHeader[]): void {
  const shown = shownOf(chain)
  shown.blooms ||= headers.some(({ logsBloom }) => !new LogsBloom(logsBloom).empty)
}

function isWhole(logs: readonly ChainLog[], { hash }: BlockHeader, bloom: LogsBloom): boolean {
  const first = logs[0]?.logIndex ?? 0
  return logs.every((log, place) => log.blockHash === hash && log.logIndex === first + place) && bloom.explainedBy(logs)
}

function honoursHashes(chain: LogSource, shown: Shown): Promise<boolean> {
  shown.honoursHashes ??= probe(chain).catch((error: unknown) => {
    shown.honoursHashes = undefined
    throw error
  })
  return shown.honoursHashes
}

/** Asks for the logs of blocks that do not exist, one after the other so that several back ends are asked. */
async function probe(chain: LogSource): Promise<boolean> {
  for (let probes = 0; probes < PROBES; probes++) {
    const blockHash = toHex(crypto.getRandomValues(new Uint8Array(32)))
    // The error for an unknown block has many wordings.
    if ((await unless(['behind', 'refused'], requestLogs(chain, { blockHash }, {}))) !== undefined) return false
  }
  return true
}

async function unless<T>(failures: readonly RpcFailure[], asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    const failure = rpcFailureOf(error)?.failure
    if (failure !== undefined && failures.includes(failure)) return undefined
    throw error
  }
}

function shownOf({ publicClient }: LogSource): Shown {
  const shown = shownBy.get(publicClient) ?? { blooms: false }
  shownBy.set(publicClient, shown)
  return shown
}
