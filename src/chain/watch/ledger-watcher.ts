import { BlockNotFoundError } from 'viem'
import { QuorateError, noMetrics, systemClock } from '../../core/index.ts'
import type { Logger, Metrics, Service } from '../../core/index.ts'
import type { Hash } from '../../protocol/types.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import type { Contracts } from '../contracts.ts'
import { concernsTask, toLedgerEvent } from '../events/ledger-event.ts'
import type { LedgerEvent } from '../events/ledger-event.ts'
import { readLogs } from '../events/read-logs.ts'
import { translateChainError } from '../translate-chain-error.ts'

/** How many processed blocks are remembered to find where a reorganised chain parted. A deeper one is told from `fromBlock` again. */
const TRAIL = 512
/** Blocks taken in one go while catching up. */
const RANGE = 5_000n
const MAX_BACKOFF_MS = 15_000

/** The chain replaced every block after `toBlock`: undo what came from them. The events of the new blocks follow. */
export interface ReorgEvent {
  type: 'reorg'
  toBlock: bigint
}

export interface WatchLedgerOptions {
  chain: Chain
  contracts: Pick<Contracts, 'ledger' | 'vault' | 'distributor'>
  task: bigint
  /** The first block whose events are told: the deployment's, or the one after the last that was stored. */
  fromBlock: bigint
  /** Called for one event at a time, in chain order; the next waits for it. When it throws, the same event is told again later. */
  onEvent(event: LedgerEvent | ReorgEvent): void | Promise<void>
  /** Blocks that must lie on top of an event before it is told. Default 0: reorgs are told instead. */
  confirmations?: number
  /** Default: the chain's. */
  pollingIntervalMs?: number
  logger?: Logger
  /** `quorate_chain_watch_failures_total`, `quorate_chain_watch_reorgs_total`, `quorate_chain_watch_block`. */
  metrics?: Metrics
}

interface Checkpoint {
  number: bigint
  hash: Hash
}

/**
 * Follows the ledger, the vault and the distributor: every event once and in order, from `fromBlock` on, across outages of the node and
 * reorganisations of the chain. It polls block ranges, so nothing is missed between two polls, and before it moves on it checks that
 * the blocks it has told of are still the chain's.
 *
 * An event is told again after a `reorg`, after an `onEvent` that threw, and by a new watcher from the same `fromBlock`: handlers are
 * idempotent or store `blockNumber` and `logIndex` of the last event.
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
  #loop: Promise<void> | undefined
  #next: bigint
  #trail: Checkpoint[] = []
  #undelivered: (LedgerEvent | ReorgEvent)[] = []
  #failures = 0

  constructor(options: WatchLedgerOptions) {
    this.#options = options
    this.#logger = options.logger ?? options.chain.logger
    this.#metrics = options.metrics ?? noMetrics
    this.#next = options.fromBlock
  }

  /** The last block all of whose events were told; `fromBlock - 1` before the first. */
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

  /** Resolves with the block once everything up to the chain's present head (less `confirmations`) was told; rejects CANCELLED on `stop`. */
  synced(): Promise<bigint> {
    return new Promise((resolve, reject) => {
      if (this.#stopped.signal.aborted) reject(stopped())
      else this.#waiting.push({ resolve, reject, target: undefined })
    })
  }

  async #run(): Promise<void> {
    const { pollingIntervalMs = this.#options.chain.pollingIntervalMs } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      try {
        await this.#poll(signal)
        if (this.#failures > 0) this.#logger.info({ block: this.block }, 'the ledger is followed again')
        this.#failures = 0
      } catch (error) {
        if (signal.aborted) return
        this.#failures++
        this.#metrics.count('quorate_chain_watch_failures_total')
        const { code, message } = translateChainError(error, { doing: 'follow the ledger', rpcUrl: this.#options.chain.rpcUrl })
        this.#logger.warn({ code, failures: this.#failures, cause: error }, message)
      }
      const pause = Math.min(pollingIntervalMs * 2 ** Math.min(this.#failures, 10), Math.max(MAX_BACKOFF_MS, pollingIntervalMs))
      await systemClock.sleep(pause, signal).catch(() => {})
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { confirmations = 0, chain } = this.#options
    await this.#deliver(signal)
    // Asked for before the head is: whoever waits from now on must see at least this head.
    const waiting = this.#waiting.filter((one) => one.target === undefined)
    const [latest, intact] = await abortable(
      Promise.all([chain.publicClient.getBlockNumber(), this.#stillOn(this.#trail.at(-1))]),
      signal,
    )
    const head = latest - BigInt(confirmations)
    for (const one of waiting) one.target = head
    if (!intact) return this.#unwind(signal)
    while (this.#next <= head && !signal.aborted) {
      const to = this.#next + RANGE - 1n < head ? this.#next + RANGE - 1n : head
      if (!(await this.#take(to, signal))) return
    }
    for (const one of this.#waiting.filter((one) => one.target !== undefined && one.target < this.#next)) {
      this.#waiting.splice(this.#waiting.indexOf(one), 1)
      one.resolve(this.block)
    }
  }

  /** Tells the events of the blocks up to `to`. False, with nothing told, when the chain changed under it: the next poll unwinds. */
  async #take(to: bigint, signal: AbortSignal): Promise<boolean> {
    const { chain, contracts, task } = this.#options
    const hash = await abortable(this.#hashOf(to), signal)
    if (hash === undefined) return false
    const address = [contracts.ledger, contracts.vault, contracts.distributor]
    const logs = await readLogs(chain, { address, fromBlock: this.#next, toBlock: to, signal })
    const [unchanged, joined] = await abortable(
      Promise.all([this.#stillOn({ number: to, hash }), this.#stillOn(this.#trail.at(-1))]),
      signal,
    )
    if (!unchanged || !joined) return false
    for (const log of logs) {
      const event = toLedgerEvent(log, contracts)
      if (event !== undefined && concernsTask(event, task)) this.#undelivered.push(event)
    }
    this.#trail.push({ number: to, hash })
    if (this.#trail.length > TRAIL) this.#trail.shift()
    this.#next = to + 1n
    await this.#deliver(signal)
    this.#metrics.gauge('quorate_chain_watch_block', Number(to))
    return true
  }

  /** Goes back to the last block told of that is still the chain's. */
  async #unwind(signal: AbortSignal): Promise<void> {
    while (this.#trail.length > 0 && !(await abortable(this.#stillOn(this.#trail.at(-1)), signal))) this.#trail.pop()
    const toBlock = this.#trail.at(-1)?.number ?? this.#options.fromBlock - 1n
    this.#logger.warn({ from: this.block, toBlock }, 'the chain was reorganised')
    this.#metrics.count('quorate_chain_watch_reorgs_total')
    this.#next = toBlock + 1n
    this.#undelivered = [{ type: 'reorg', toBlock }]
    await this.#deliver(signal)
  }

  async #deliver(signal: AbortSignal): Promise<void> {
    for (let event = this.#undelivered[0]; event !== undefined && !signal.aborted; event = this.#undelivered[0]) {
      await this.#options.onEvent(event)
      this.#undelivered.shift()
    }
  }

  async #stillOn(checkpoint: Checkpoint | undefined): Promise<boolean> {
    return checkpoint === undefined || (await this.#hashOf(checkpoint.number)) === checkpoint.hash
  }

  async #hashOf(blockNumber: bigint): Promise<Hash | undefined> {
    try {
      return (await this.#options.chain.publicClient.getBlock({ blockNumber })).hash
    } catch (error) {
      if (error instanceof BlockNotFoundError) return undefined
      throw error
    }
  }
}

function stopped(): QuorateError {
  return new QuorateError('CANCELLED', 'the ledger is not followed any more')
}
