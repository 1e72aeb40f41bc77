import { isQuorateError, Poll } from '../../core/index.ts'
import type { Logger, Service } from '../../core/index.ts'
import { epochOf, sameAddress, toHex, word } from '../../protocol/index.ts'
import type { Address, BucketTerms } from '../../protocol/index.ts'
import type { EpochDuty, NextEpoch } from '../duties/epoch.ts'
import { placeOf } from '../watcher/turn.ts'

export interface EpochWatchOptions {
  /** Owner address of this node. */
  self: Address
  terms: BucketTerms
  /** The newest block that the node knows of; time in unix seconds. */
  clock: { readonly latest: { number: bigint; timestamp: number } }
  /** Number of the open round; undefined while none is open. */
  round: () => bigint | undefined
  /** The members that may be asked for a transaction, this one included. */
  members: () => readonly Address[]
  duty: EpochDuty
  logger: Logger
  /** How often the node looks, ms. Default one second. */
  everyMs?: number
}

/** What others leave to the holder of the seat, and then one to the one before it, seconds of the chain. */
const LEAVE = 30
const STEP = 3
/** So many others send in the end. */
const LAST = 32

/** What the chain says when another node was faster, or this one looked at an older state of it. */
const NOT_NOW = ['EpochKnown', 'EpochUnknown', 'BlockNotMined', 'NotInOrder']

/**
 * Has the buckets of each epoch drawn while the round before it runs. The holder of the seat opens the epoch and draws it once the block of its randomness is mined. If it does not, members do,
 * one after the other in an order drawn from the epoch, so that usually one pays.
 *
 * @example
 * const service = new EpochWatch({ self, terms, clock, round: () => history.open(), members, duty, logger })
 */
export class EpochWatch implements Service {
  readonly name = 'epoch-watch'
  readonly #options: EpochWatchOptions
  readonly #poll: Poll
  /** The newest epoch that is known to be drawn. */
  #drawn: bigint | undefined
  /** When this node first saw that an epoch waits, seconds of the chain. */
  #waiting: { epoch: bigint; since: number } | undefined
  /** The last failure, which is logged once. */
  #said = ''

  constructor(options: EpochWatchOptions) {
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

  /** Looks once: opens the next epoch or draws it, if it is this node's turn. */
  async look(): Promise<void> {
    const { round, terms, duty, logger } = this.#options
    const open = round()
    if (open !== undefined && this.#drawn !== undefined && epochOf(open + 1n, terms) <= this.#drawn) return
    try {
      const next = await duty.read(this.#poll.signal)
      if (next.opened?.seed) this.#drawn = next.epoch
      else await this.#bring(next)
      this.#said = ''
    } catch (error) {
      if (this.#poll.signal.aborted) return
      const refusal = isQuorateError(error) ? String(error.details['error']) : ''
      if (NOT_NOW.includes(refusal) || this.#said === String(error)) return
      this.#said = String(error)
      logger.warn({ error: String(error) }, 'could not have the buckets of the next epoch drawn; the node will retry')
    }
  }

  async #bring(next: NextEpoch): Promise<void> {
    const { clock, duty, logger } = this.#options
    const { epoch, opened } = next
    const { number, timestamp } = clock.latest
    if (timestamp < this.#due(next, timestamp)) return
    const { signal } = this.#poll
    if (!opened) {
      const { hash } = await duty.open(signal)
      return logger.info({ epoch, transaction: hash }, 'opened an epoch of buckets')
    }
    if (number <= BigInt(opened.seedBlock)) return
    try {
      const { hash } = await duty.draw(epoch, opened, signal)
      logger.info({ epoch, transaction: hash }, 'drew the buckets of an epoch')
    } catch (error) {
      // Nobody drew in time: another block decides.
      if (!isQuorateError(error) || error.details['error'] !== 'BlockForgotten') throw error
      await duty.open(signal)
    }
  }

  /** From when on this node acts, seconds of the chain. */
  #due({ epoch, operator }: NextEpoch, now: number): number {
    const { self, members } = this.#options
    if (sameAddress(operator, self)) return 0
    if (this.#waiting?.epoch !== epoch) this.#waiting = { epoch, since: now }
    const place = placeOf(toHex(word(epoch)), self, members())
    return place < LAST ? this.#waiting.since + LEAVE + place * STEP : Infinity
  }
}
