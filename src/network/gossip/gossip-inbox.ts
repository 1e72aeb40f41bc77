import { BoundedQueue } from '../../core/bounded-queue.ts'
import type { ErrorCode } from '../../core/error-codes.ts'
import { isQuorateError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import type { Metrics } from '../../core/metrics.ts'
import { RateLimiter } from '../../core/rate-limiter.ts'
import { lowerHex, sameAddress } from '../../protocol/bytes.ts'
import { authorOf } from '../../protocol/messages.ts'
import type { Message, MessageKind } from '../../protocol/messages.ts'
import { MAX_MEMBERS } from '../../protocol/types.ts'
import type { Address } from '../../protocol/types.ts'
import { gossipKinds, networkLimits } from '../limits.ts'
import type { PeerKey } from '../peer-key.ts'
import { decodeGossip, peekKind } from './decode-gossip.ts'
import type { GossipContext, GossipHandler, GossipValidator, GossipVerdict } from './gossip-validator.ts'

export interface GossipInboxOptions {
  validate: GossipValidator
  handle: GossipHandler
  logger: Logger
  metrics: Metrics
}

/** How a message reached us; `origin` is the member whose peer key published it, undefined if that key belongs to no one. */
export type Delivery = { via: 'gossip'; peer: PeerKey; origin: Address | undefined } | { via: 'sync'; peer: PeerKey }

interface Item {
  message: Message
  context: GossipContext
}

/**
 * The way of every message, whether gossiped or caught up with:
 *
 *     bytes ─ size of its kind ─ decode ─ author ─ validate ─┬─ accept ─ bounded queue per kind ─ handler
 *                                                            ├─ ignore ─ (early ones wait for recheck)
 *                                                            └─ reject ─ blame on the peer
 *
 * Every verdict is counted in `gossip_messages_total{kind,verdict,code}`.
 */
export class GossipInbox {
  readonly #options: GossipInboxOptions
  readonly #queues: ReadonlyMap<MessageKind, BoundedQueue<Item>>
  readonly #validating = new Map<MessageKind, number>()
  readonly #early = new Map<string, Item>()
  /** By kind and author: an author can sign many different statements that are valid one by one. */
  readonly #authored = new RateLimiter({ ...networkLimits.authored, keys: 8 * 2 * MAX_MEMBERS })
  #workers: Promise<void>[] = []
  /** Messages accepted and not yet handled. */
  #open = 0
  #settled = Promise.withResolvers<void>()

  constructor(options: GossipInboxOptions) {
    this.#options = options
    const { metrics } = options
    this.#queues = new Map(
      gossipKinds.map((kind) => {
        const { capacity, drop } = networkLimits.gossip[kind]
        const onDrop = (): void => metrics.count('gossip_dropped_total', { kind })
        const onDepth = (depth: number): void => metrics.gauge('gossip_queue_depth', depth, { kind })
        return [kind, new BoundedQueue<Item>({ capacity, drop, onDrop, onDepth })]
      }),
    )
  }

  start(): void {
    this.#workers = [...this.#queues.values()].map(async (queue) => this.#work(queue))
  }

  /** Takes nothing more; resolves when the handlers of queued messages are done. */
  async stop(): Promise<void> {
    for (const queue of this.#queues.values()) queue.close()
    await Promise.all(this.#workers)
  }

  /** Judges an encoded message and queues it if it is accepted. Never throws. */
  async receive(bytes: Uint8Array, delivery: Delivery): Promise<GossipVerdict> {
    const verdict = await this.#judgeBytes(bytes, delivery)
    const kind = peekKind(bytes) ?? 'unknown'
    this.#count(kind, verdict)
    if (verdict.verdict !== 'accept') this.#options.logger.debug({ kind, ...verdict, ...delivery }, 'dropped a gossip message')
    return verdict
  }

  /** Judges the messages that came too early once more. Call it whenever the round moved on. */
  async recheck(): Promise<void> {
    const items = [...this.#early.values()]
    this.#early.clear()
    await Promise.all(
      items.map(async (item) => {
        const verdict = await this.#judge(item)
        if (!isEarly(verdict)) this.#count(item.message.kind, verdict)
      }),
    )
  }

  async #judgeBytes(bytes: Uint8Array, delivery: Delivery): Promise<GossipVerdict> {
    const { peer, via } = delivery
    let message: Message
    try {
      message = decodeGossip(bytes)
    } catch (error) {
      return { verdict: 'reject', code: isQuorateError(error) ? error.code : 'MESSAGE_MALFORMED', reason: String(error) }
    }
    const from = authorOf(message)
    if (delivery.via === 'gossip') {
      // Another node may not have seen the registration yet, or may have seen its end.
      if (!delivery.origin) return { verdict: 'ignore', code: 'MEMBER_UNKNOWN' }
      // What the seat's key signed for a member, the member and the operator both pass on.
      if (message.kind !== 'receiptNotice' && !sameAddress(from, delivery.origin))
        return { verdict: 'reject', code: 'ORIGIN_MISMATCH' }
    }
    const running = this.#validating.get(message.kind) ?? 0
    if (running >= networkLimits.gossip[message.kind].capacity) return { verdict: 'ignore', code: 'RATE_LIMITED' }
    this.#validating.set(message.kind, running + 1)
    try {
      return await this.#judge({ message, context: { from, peer, via } })
    } finally {
      this.#validating.set(message.kind, this.#validating.get(message.kind)! - 1)
    }
  }

  async #judge(item: Item): Promise<GossipVerdict> {
    const { message, context } = item
    let verdict: GossipVerdict
    try {
      verdict = await this.#options.validate(message, context)
    } catch (error) {
      // A defect of ours is no fault of the peer.
      this.#options.logger.error({ kind: message.kind, error: String(error) }, 'gossip validator failed')
      return { verdict: 'ignore', code: 'INTERNAL' }
    }
    const author = `${message.kind} ${lowerHex(context.from)}`
    if (verdict.verdict === 'accept') {
      if (context.via === 'gossip' && !this.#authored.take(author)) return { verdict: 'ignore', code: 'RATE_LIMITED' }
      this.#enqueue(item)
    }
    // One place per author and kind, and only for proved authors, so that no one fills the places of others.
    else if (isEarly(verdict) && context.via === 'gossip') this.#early.set(author, item)
    return verdict
  }

  /** Resolves when every message accepted so far has been handled. */
  async settled(): Promise<void> {
    if (this.#open > 0) await this.#settled.promise
  }

  #enqueue(item: Item): void {
    // False means that this message or an older one was dropped, so the number of open messages did not grow.
    if (this.#queues.get(item.message.kind)!.push(item)) this.#open++
  }

  #count(kind: MessageKind | 'unknown', verdict: GossipVerdict): void {
    const code: ErrorCode | 'OK' = verdict.verdict === 'accept' ? 'OK' : verdict.code
    this.#options.metrics.count('gossip_messages_total', { kind, verdict: verdict.verdict, code })
  }

  async #work(queue: BoundedQueue<Item>): Promise<void> {
    for await (const { message, context } of queue) {
      try {
        await this.#options.handle(message, context)
      } catch (error) {
        this.#options.metrics.count('gossip_handler_errors_total', { kind: message.kind })
        this.#options.logger.error({ kind: message.kind, from: context.from, error: String(error) }, 'gossip handler failed')
      }
      if (--this.#open === 0) {
        this.#settled.resolve()
        this.#settled = Promise.withResolvers()
      }
    }
  }
}

function isEarly(verdict: GossipVerdict): boolean {
  return verdict.verdict === 'ignore' && verdict.code === 'MESSAGE_EARLY'
}
