import type { CurrentRound } from '../../chain/index.ts'
import { isQuorateError, Poll } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { sameAddress, toHex, word } from '../../protocol/index.ts'
import type { Address } from '../../protocol/index.ts'
import { seedBlock } from '../duties/seed.ts'
import type { SeedDuty } from '../duties/seed.ts'
import type { NodeEvents } from '../events/index.ts'
import { placeOf } from '../watcher/turn.ts'

/** An open round whose members are not drawn yet. Times are unix seconds of the chain. */
export type AwaitedSeed = Pick<CurrentRound, 'round' | 'operator' | 'openedAt' | 'openedBlock' | 'commitEnd' | 'sealEnd'>

export interface SeedWatchOptions {
  /** Owner address of this node. */
  self: Address
  /** The newest block that the node knows of; time in unix seconds. */
  clock: { readonly latest: { number: bigint; timestamp: number } }
  /** The round that waits for its seed; undefined for none. */
  awaited: () => AwaitedSeed | undefined
  /** The members that may be asked for a transaction, this one included. */
  members: () => readonly Address[]
  duty: SeedDuty
  /** Reads the open round from the chain again. */
  refresh: () => Promise<unknown>
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
  /** How often the node looks, ms. Default one second. */
  everyMs?: number
}

/** How long a member leaves the first word to the one before it, seconds of the chain. */
const STEP = 3
/** Of the members whose turn comes after another quarter of the window, so many send at its end. The others leave it, or a thousand nodes would send at once. */
const LAST = 16

/** What the ledger says when another node was faster, or this one looked at an older state of the chain. */
const NOT_NOW = ['SeedKnown', 'BlockNotMined', 'NoOpenRound', 'NotCurrentRound', 'TooEarly']

/**
 * Has the seed of a drawn round stored. The holder of the seat does it as soon as the block of the seed is mined. If it does not,
 * members do it after a quarter of the commit window, one after the other in an order drawn from the round, so that usually one pays.
 *
 * The chain knows the hash of a block for some time only (256 blocks, or 8,191). Operators end a round whose seed was not stored by
 * then, and a round whose time is over.
 *
 * @example
 * const service = new SeedWatch({ self, clock, awaited: () => feed.awaited, members, duty, refresh: async () => feed.refresh(), events, logger })
 */
export class SeedWatch implements Service {
  readonly name = 'seed-watch'
  readonly #options: SeedWatchOptions
  readonly #poll: Poll
  /** The last failure, which is logged once. */
  #said = ''

  constructor(options: SeedWatchOptions) {
    this.#options = options
    const { everyMs = 1000 } = options
    this.#poll = new Poll({ name: this.name, everyMs, look: async () => this.look() })
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  /** Looks once: stores the seed if it is this node's turn, and ends a round that can have none. */
  async look(): Promise<void> {
    const { awaited, clock, duty, refresh, logger } = this.#options
    const round = awaited()
    if (!round) return
    const { number, timestamp } = clock.latest
    try {
      if (timestamp >= round.sealEnd) return await this.#fail(round, 'its time is over and no seed was stored')
      if (number >= seedBlock(round) && timestamp >= this.#due(round)) await this.#store(round)
    } catch (error) {
      if (this.#poll.signal.aborted) return
      const refusal = isQuorateError(error) ? String(error.details['error']) : ''
      if (NOT_NOW.includes(refusal)) return void (await refresh().catch(() => {}))
      if (refusal === 'BlockForgotten' && duty.fail)
        return this.#fail(round, 'the chain forgot the block of its seed').catch(() => {})
      if (this.#said === String(error)) return
      this.#said = String(error)
      logger.warn({ round: round.round, error: String(error) }, 'could not store the seed of the round; the node will retry')
    }
  }

  async #store(awaited: AwaitedSeed): Promise<void> {
    const { duty, refresh, events, logger } = this.#options
    const { round } = awaited
    const { hash, gasUsed, blockNumber } = await duty.store(awaited, this.#poll.signal)
    this.#said = ''
    logger.info({ round, transaction: hash, gasUsed }, 'stored the seed of the round')
    events.emit({ event: 'seeded', round, transaction: hash, gasUsed, block: blockNumber })
    await refresh()
  }

  async #fail({ round }: AwaitedSeed, reason: string): Promise<void> {
    const { duty, refresh, events, logger } = this.#options
    if (!duty.fail) return
    await duty.fail(round, this.#poll.signal)
    logger.warn({ round, reason }, 'ended the round without a claim')
    events.emit({ event: 'voided', round })
    await refresh()
  }

  /** From when on this node stores the seed, unix seconds. */
  #due({ round, operator, openedAt, commitEnd }: AwaitedSeed): number {
    const { self, members } = this.#options
    if (sameAddress(operator, self)) return 0
    const quarter = Math.floor((commitEnd - openedAt) / 4)
    const place = placeOf(toHex(word(round)), self, members())
    if (place * STEP < quarter) return openedAt + quarter + place * STEP
    return place < Math.ceil(quarter / STEP) + LAST ? openedAt + 2 * quarter : Infinity
  }
}
