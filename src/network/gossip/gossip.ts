import { TopicValidatorResult } from '@libp2p/gossipsub'
import type { Message as PubsubMessage, SubscriptionChangeData } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'
import type { ErrorCode } from '../../core/error-codes.ts'
import type { Service } from '../../core/lifecycle.ts'
import type { Logger } from '../../core/logger.ts'
import type { Metrics } from '../../core/metrics.ts'
import type { Message } from '../../protocol/messages.ts'
import type { NetworkNode } from '../network-node.ts'
import { peerKeyFromPeerId } from '../peer-key.ts'
import type { PeerKey } from '../peer-key.ts'
import { encodeGossip } from './decode-gossip.ts'
import { GossipInbox } from './gossip-inbox.ts'
import type { Delivery } from './gossip-inbox.ts'
import { gossipTopic } from './gossip-topic.ts'
import type { TaskId } from './gossip-topic.ts'
import type { GossipHandler, GossipValidator, GossipVerdict } from './gossip-validator.ts'

/** A message is ignored with these because of this node, not of its peer. */
const OUR_FAULTS = new Set<ErrorCode>(['INTERNAL', 'CANCELLED'])

export interface GossipOptions {
  node: Pick<NetworkNode, 'pubsub' | 'membership' | 'spend'>
  task: TaskId
  validate: GossipValidator
  handle: GossipHandler
  logger: Logger
  metrics: Metrics
}

/** The gossip of one task: publishes our statements and brings those of others, judged, to the handler. */
export class Gossip implements Service {
  readonly name = 'gossip'
  readonly topic: string
  readonly #options: GossipOptions
  readonly #listeners = new Set<(peer: PeerKey) => void>()
  #inbox: GossipInbox | undefined

  constructor(options: GossipOptions) {
    this.#options = options
    this.topic = gossipTopic(options.task)
  }

  async start(): Promise<void> {
    if (this.#inbox) return
    const { node, ...rest } = this.#options
    this.#inbox = new GossipInbox(rest)
    this.#inbox.start()
    const { pubsub } = node
    pubsub.topicValidators.set(this.topic, async (peer, message) => this.#onMessage(peer, message))
    pubsub.addEventListener('subscription-change', this.#onSubscription)
    pubsub.subscribe(this.topic)
  }

  async stop(): Promise<void> {
    const inbox = this.#inbox
    this.#inbox = undefined
    if (!inbox) return
    const { pubsub } = this.#options.node
    pubsub.unsubscribe(this.topic)
    pubsub.removeEventListener('subscription-change', this.#onSubscription)
    pubsub.topicValidators.delete(this.topic)
    await inbox.stop()
  }

  /**
   * Sends a statement of ours to everyone. The same statement again within a minute is not sent twice; peers that
   * missed it catch up (`RoundSync`).
   *
   * @returns how many peers it was handed to; 0 is no error
   * @throws QuorateError MESSAGE_TOO_LARGE
   */
  async publish(message: Message): Promise<number> {
    const { recipients } = await this.#options.node.pubsub.publish(this.topic, encodeGossip(message))
    this.#options.metrics.count('gossip_published_total', { kind: message.kind })
    this.#options.logger.debug({ kind: message.kind, round: String(message.round), peers: recipients.length }, 'published')
    return recipients.length
  }

  /** Judges a message that came another way than by gossip. */
  async receive(bytes: Uint8Array, delivery: Delivery): Promise<GossipVerdict> {
    return this.#inbox?.receive(bytes, delivery) ?? { verdict: 'ignore', code: 'CANCELLED' }
  }

  /** Judges the messages that came too early once more. Call it whenever the round moved on. */
  async recheck(): Promise<void> {
    await this.#inbox?.recheck()
  }

  /** Resolves when every message accepted so far has been handled. */
  async settled(): Promise<void> {
    await this.#inbox?.settled()
  }

  /** Connected members that take part in this task. */
  subscribers(): PeerKey[] {
    return this.#options.node.pubsub
      .getSubscribers(this.topic)
      .map((peer) => peerKeyFromPeerId(peer))
      .filter((key) => key !== undefined)
  }

  /** Calls `listener` for every peer that joins the task; returns what ends the calls. */
  onSubscriber(listener: (peer: PeerKey) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #onMessage(source: PeerId, message: PubsubMessage): Promise<TopicValidatorResult> {
    const peer = peerKeyFromPeerId(source)
    const author = message.type === 'signed' ? peerKeyFromPeerId(message.from) : undefined
    if (!peer || !author || !this.#inbox) return TopicValidatorResult.Ignore
    const origin = this.#options.node.membership.memberOfPeer(author)?.member
    const result = await this.#inbox.receive(message.data, { via: 'gossip', peer, origin })
    const { verdict } = result
    if (result.verdict === 'reject') this.#options.node.spend(peer, 'rejected')
    else if (result.verdict === 'ignore' && !OUR_FAULTS.has(result.code)) this.#options.node.spend(peer, 'ignored')
    return { accept: TopicValidatorResult.Accept, ignore: TopicValidatorResult.Ignore, reject: TopicValidatorResult.Reject }[
      verdict
    ]
  }

  readonly #onSubscription = ({ detail: { peerId, subscriptions } }: CustomEvent<SubscriptionChangeData>): void => {
    if (!subscriptions.some(({ topic, subscribe }) => subscribe && topic === this.topic)) return
    const peer = peerKeyFromPeerId(peerId)
    if (peer) for (const listener of this.#listeners) listener(peer)
  }
}

/**
 * The gossip of one task over a node that lists its topic. Start it after the node.
 *
 * @example
 * const gossip = createGossip({ node, task, validate, handle: (message) => runner.dispatch(message), logger, metrics })
 */
export function createGossip(options: GossipOptions): Gossip {
  return new Gossip(options)
}
