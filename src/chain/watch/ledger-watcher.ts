import { QuorateError, noMetrics, systemClock } from '../../core/index.ts'
import type { Logger, Metrics, Service } from '../../core/index.ts'
import type { Hash } from '../../protocol/types.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { displayUrl } from '../display-url.ts'
import { readBlockHeader } from '../events/block-header.ts'
import type { BlockHeader } from '../events/block-header.ts'
import { concernsTask, toLedgerEvent } from '../events/ledger-event.ts'
import type { LedgerEvent } from '../events/ledger-event.ts'
import { SETTLED_DEPTH, readNewLogs, readSettledLogs } from '../events/read-new-logs.ts'
import { translateChainError } from '../translate-chain-error.ts'
import { PollPause } from './poll-pause.ts'

/**
 * How many processed blocks are remembered to find where a reorganised chain parted. After a deeper one the watcher
 * reports from `fromBlock` again.
 */
const TRAIL = 512
/** Settled blocks taken in one go while catching up. */
const RANGE = 5_000n
/** Polls in a row without progress before the watcher reports it, and before it treats a missing block as replaced. */
const PATIENCE = 20
const MAX_BACKOFF_MS = 15_000
/** A longer `Retry-After` is not waited for. */
const LONGEST_PAUSE_MS = 600_000

/** The chain replaced every block after `toBlock`: undo what came from them. The events of the new blocks follow. */
export interface ReorgEvent {
  type: 'reorg'
  toBlock: bigint
  /** Hash of that block; absent when the chain parted before the oldest block that the watcher remembers. */
  blockHash?: Hash
}

/** The block up to which a watcher has reported everything. */
export interface ReportedHead {
  number: bigint
  hash: Hash
  /** Unix seconds. */
  timestamp: number
  /** The first head of this watcher, or the first after a reorganisation or an outage: what was reported may have gaps. */
  disturbed: boolean
}

export interface WatchLedgerOptions {
  chain: Chain
  contracts: Pick<Contracts, 'ledger' | 'vault' | 'distributor'>
  task: bigint
  /** The first block whose events are reported: the block of the deployment, or the block after the last stored one. */
  fromBlock: bigint
  /**
   * Called for one event at a time, in chain order; the next waits for it. When it throws, the watcher reports the same
   * event again later.
   */
  onEvent(event: LedgerEvent | ReorgEvent): void | Promise<void>
  /**
   * Called when the watcher has reported all events up to the head that the RPC node showed; the next event waits for it. What was
   * reported can be compared with the state of that block. When it throws, it is called again later.
   */
  onHead?(head: ReportedHead): void | Promise<void>
  /** Blocks on top of an event before it is reported. Default 0: reorganisations are reported instead. */
  confirmations?: number
  /** Default: the chain's. */
  pollingIntervalMs?: number
  logger?: Logger
  /**
   * `quorate_chain_watch_failures_total`, `quorate_chain_watch_reorgs_total`, `quorate_chain_watch_block`, and
   * `quorate_chain_watch_waits_total`: polls in which the node named a block and did not show it.
   */
  metrics?: Metrics
}

type Checkpoint = Pick<BlockHeader, 'number' | 'hash' | 'timestamp'>

/**
 * Follows the ledger, the vault and the distributor: every event once and in order, from `fromBlock` on, across outages
 * of the node and reorganisations of the chain. Before it moves on, it checks that the reported blocks are still in the
 * chain.
 *
 * An RPC address may lead to many nodes, some of which lag. The watcher never moves past a block whose logs may be
 * incomplete. It catches up in ranges to 128 blocks below the head, which every node has. It reads later blocks one by
 * one and checks them against their headers (`events/read-new-logs.ts`). A block that the node names and does not show
 * is asked for again with the next poll. A node that lacks reported blocks counts as lagging, and as reorganised only
 * after 20 polls in a row.
 *
 * An event is reported again after a `reorg`, after an `onEvent` that threw, and by a new watcher from the same
 * `fromBlock`: handlers are idempotent or store `blockNumber` and `logIndex` of the last event.
 *
 * Outages are logged as RPC_UNREACHABLE and waited out, doubling the pause up to 15 s.
 *
 * @example
 * const watcher = watchLedger({ chain, contracts, task: 1n, fromBlock, onEvent: (event) => queue.push(event) })
 * await watcher.start()
 * await watcher.synced()
 */
export class LedgerWatcher implements Service {
  readonly name = 'ledger-watcher'
  readonly #options: WatchLedgerOptions
  readonly #logger: Logger
  readonly #metrics: Metrics
  readonly #stopped = new AbortController()
  readonly #waiting: { resolve(block: bigint): void; reject(error: unknown): void; target: bigint | undefined }[] = []
  readonly #pause = new PollPause(systemClock)
  #loop: Promise<void> | undefined
  #next: bigint
  #trail: Checkpoint[] = []
  #undelivered: (LedgerEvent | ReorgEvent)[] = []
  #failures = 0
  /** Polls in a row in which the node did not show the next block, or the last reported block. */
  #waits = 0
  /** Hash of the block that `onHead` was last called with. */
  #told: Hash | undefined
  #disturbed = true

  constructor(options: WatchLedgerOptions) {
    this.#options = options
    this.#logger = options.logger ?? options.chain.logger
    this.#metrics = options.metrics ?? noMetrics
    this.#next = options.fromBlock
  }

  /** The last block with all events reported; `fromBlock - 1` before the first. */
  get block(): bigint {
    return this.#next - 1n
  }

  /** Begins to follow; does not wait for the history, see `synced`. */
  async start(): Promise<void> {
    this.#loop ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#loop
    for (const one of this.#waiting.splice(0)) one.reject(stopped())
  }

  /**
   * Resolves with the block once all events up to the chain's present head (less `confirmations`) were reported;
   * rejects CANCELLED on `stop`.
   */
  synced(): Promise<bigint> {
    return new Promise((resolve, reject) => {
      if (this.#stopped.signal.aborted) reject(stopped())
      else this.#waiting.push({ resolve, reject, target: undefined })
    })
  }

  /**
   * Polls soon instead of at the next interval: for who knows from elsewhere that the ledger has something to tell. Pokes make at most five polls a second, and do
   * not shorten the pauses of an outage.
   */
  poke(): void {
    this.#pause.poke()
  }

  async #run(): Promise<void> {
    const { pollingIntervalMs = this.#options.chain.pollingIntervalMs } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      let retryAfterMs = 0
      try {
        await this.#poll(signal)
        this.#metrics.gauge('chain_watch_success_timestamp_seconds', systemClock.now())
        if (this.#failures > 0) this.#logger.info({ block: this.block }, 'the RPC node answers again')
        this.#failures = 0
      } catch (error) {
        if (signal.aborted) return
        this.#failures++
        this.#disturbed = true
        this.#metrics.count('chain_watch_failures_total')
        const { code, message, details } = translateChainError(error, {
          doing: 'follow the ledger',
          rpcUrl: this.#options.chain.rpcUrl,
        })
        retryAfterMs = Number(details['retryAfterMs'] ?? 0)
        this.#logger.warn({ code, failures: this.#failures, cause: error }, message)
      }
      const backoff = Math.min(pollingIntervalMs * 2 ** Math.min(this.#failures, 10), Math.max(MAX_BACKOFF_MS, pollingIntervalMs))
      const pause = Math.max(backoff, Math.min(retryAfterMs, LONGEST_PAUSE_MS))
      if (this.#failures === 0) await this.#pause.wait(pause, signal)
      else await systemClock.sleep(pause, signal).catch(() => {})
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { confirmations = 0, chain } = this.#options
    await this.#deliver(signal)
    // Taken before the head is read, because later waiters must see at least this head.
    const waiting = this.#waiting.filter((one) => one.target === undefined)
    const told = this.#trail.at(-1)
    const [latest, tip] = await abortable(
      Promise.all([chain.publicClient.getBlockNumber(), told && readBlockHeader(chain, told.number)]),
      signal,
    )
    const head = latest - BigInt(confirmations)
    for (const one of waiting) one.target = head
    if (told !== undefined && tip === undefined && this.#waits < PATIENCE) return this.#wait(told.number)
    if (told !== undefined && tip?.hash !== told.hash) return this.#unwind(signal)
    let shown = true
    while (shown && this.#next <= head && !signal.aborted) {
      shown = await this.#take(head, signal)
      if (shown) this.#waits = 0
    }
    if (shown) this.#waits = 0
    else this.#wait(this.#next)
    if (shown) await this.#tellHead()
    for (const one of this.#waiting.filter((one) => one.target !== undefined && one.target < this.#next)) {
      this.#waiting.splice(this.#waiting.indexOf(one), 1)
      one.resolve(this.block)
    }
  }

  /**
   * Reports the events of the next blocks up to `head`, as far as the node shows them. Returns false and reports
   * nothing when the node shows none, or when the chain changed meanwhile, which the next poll finds.
   */
  async #take(head: bigint, signal: AbortSignal): Promise<boolean> {
    const { chain, contracts, task } = this.#options
    const filter = { address: [contracts.ledger, contracts.vault, contracts.distributor] }
    const settled = least(this.#next + RANGE - 1n, head - SETTLED_DEPTH)
    const asRange = this.#next <= settled
    const blocks = { fromBlock: this.#next, toBlock: asRange ? settled : head, signal }
    const { logs, headers } = await abortable((asRange ? readSettledLogs : readNewLogs)(chain, filter, blocks), signal)
    const [first, last] = [headers[0], headers.at(-1)]
    if (first === undefined || last === undefined) return false
    const told = this.#trail.at(-1)
    if (asRange) {
      // Read by number: the chain must be the same before and after.
      const ends = await abortable(Promise.all([this.#stillOn(last), this.#stillOn(told)]), signal)
      if (ends.includes(false)) return false
    } else if (told !== undefined && first.parentHash !== told.hash) return false
    for (const log of logs) {
      const event = toLedgerEvent(log, contracts)
      if (event !== undefined && concernsTask(event, task)) this.#undelivered.push(event)
    }
    this.#trail = [...this.#trail, ...headers.map(({ number, hash, timestamp }) => ({ number, hash, timestamp }))].slice(-TRAIL)
    this.#next = last.number + 1n
    await this.#deliver(signal)
    this.#metrics.gauge('chain_watch_block', Number(last.number))
    this.#metrics.gauge('chain_watch_block_timestamp_seconds', last.timestamp)
    return true
  }

  async #tellHead(): Promise<void> {
    const head = this.#trail.at(-1)
    if (!head || (!this.#disturbed && this.#told === head.hash)) return
    await this.#options.onHead?.({ ...head, disturbed: this.#disturbed })
    this.#told = head.hash
    this.#disturbed = false
  }

  /** The node does not show a block yet: the next poll asks again. */
  #wait(block: bigint): void {
    this.#metrics.count('chain_watch_waits_total')
    if (++this.#waits !== PATIENCE) return
    const rpcUrl = displayUrl(this.#options.chain.rpcUrl)
    this.#logger.warn({ code: 'RPC_UNREACHABLE', rpcUrl, block }, 'the RPC node does not show all events of a block yet; waiting')
  }

  /** Goes back to the last reported block that is still in the chain. */
  async #unwind(signal: AbortSignal): Promise<void> {
    while (this.#trail.length > 0 && !(await abortable(this.#stillOn(this.#trail.at(-1)), signal))) this.#trail.pop()
    const known = this.#trail.at(-1)
    const toBlock = known?.number ?? this.#options.fromBlock - 1n
    this.#logger.warn({ from: this.block, toBlock }, 'the chain reorganised')
    this.#metrics.count('chain_watch_reorgs_total')
    this.#waits = 0
    this.#next = toBlock + 1n
    this.#disturbed = true
    this.#undelivered = [{ type: 'reorg', toBlock, ...(known && { blockHash: known.hash }) }]
    await this.#deliver(signal)
  }

  async #deliver(signal: AbortSignal): Promise<void> {
    for (let event = this.#undelivered[0]; event !== undefined && !signal.aborted; event = this.#undelivered[0]) {
      await this.#options.onEvent(event)
      this.#undelivered.shift()
    }
  }

  async #stillOn(checkpoint: Checkpoint | undefined): Promise<boolean> {
    if (checkpoint === undefined) return true
    const { chain } = this.#options
    return (await readBlockHeader(chain, checkpoint.number))?.hash === checkpoint.hash
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function stopped(): QuorateError {
  return new QuorateError('CANCELLED', 'stopped following the ledger')
}
