import { QuorateError, systemClock } from '../core/index.ts'
import type { Clock, Logger, Service } from '../core/index.ts'
import { abortable } from './abortable.ts'
import type { Chain } from './connect-chain.ts'
import { translateChainError } from './translate-chain-error.ts'

export interface ChainBlock {
  number: bigint
  /** Unix seconds. */
  timestamp: number
}

export interface ChainClockOptions {
  chain: Pick<Chain, 'publicClient' | 'rpcUrl'>
  logger: Logger
  /** How often the head is asked for, in ms. Default 500. */
  pollingIntervalMs?: number
}

/**
 * The chain's time: `now()` is the timestamp of the latest block seen. Deadlines of a round are judged by the contracts with the block's
 * time, so nodes use the same clock; while the node does not answer, time stands still. Follows reorgs, so it may step back.
 *
 * Errors: `start` throws RPC_UNREACHABLE when the node does not answer; later failures are logged and polling goes on.
 *
 * @example
 * const clock = new ChainClock({ chain, logger })
 * await clock.start()
 * clock.now() // 1767225600
 */
export class ChainClock implements Clock, Service {
  readonly name = 'chain-clock'
  readonly #options: ChainClockOptions
  readonly #stopped = new AbortController()
  readonly #listeners = new Set<(block: ChainBlock) => void>()
  #latest: ChainBlock | undefined
  #loop: Promise<void> | undefined
  #failing = false

  constructor(options: ChainClockOptions) {
    this.#options = options
  }

  get latest(): ChainBlock {
    if (this.#latest === undefined) throw new QuorateError('INTERNAL', 'the chain clock was read before its start')
    return this.#latest
  }

  now(): number {
    return this.latest.timestamp
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal)
  }

  /** Calls `listener` for each new head; returns the function that ends it. */
  onBlock(listener: (block: ChainBlock) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async start(): Promise<void> {
    if (this.#loop !== undefined) return
    try {
      await this.refresh()
    } catch (error) {
      throw translateChainError(error, { doing: "read the chain's time", rpcUrl: this.#options.chain.rpcUrl })
    }
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#loop
    this.#listeners.clear()
  }

  /** Reads the head now, without waiting for the next poll. */
  async refresh(): Promise<ChainBlock> {
    const { number, timestamp } = await this.#options.chain.publicClient.getBlock({ blockTag: 'latest' })
    const block = { number, timestamp: Number(timestamp) }
    const changed = this.#latest?.number !== number || this.#latest.timestamp !== block.timestamp
    this.#latest = block
    if (changed) for (const listener of this.#listeners) listener(block)
    return block
  }

  async #run(): Promise<void> {
    const { logger, pollingIntervalMs = 500 } = this.#options
    const { signal } = this.#stopped
    for (;;) {
      await systemClock.sleep(pollingIntervalMs, signal).catch(() => {})
      if (signal.aborted) return
      try {
        await abortable(this.refresh(), signal)
        if (this.#failing) logger.info({}, 'the chain answers again')
        this.#failing = false
      } catch (error) {
        if (signal.aborted) return
        const { code, message } = translateChainError(error, {
          doing: "read the chain's time",
          rpcUrl: this.#options.chain.rpcUrl,
        })
        // One warning per outage: the poll repeats every second or less.
        if (!this.#failing) logger.warn({ code }, message)
        this.#failing = true
      }
    }
  }
}
