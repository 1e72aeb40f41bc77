import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { Stream } from '@libp2p/interface'
import { BoundedQueue } from '../../core/bounded-queue.ts'
import { isQuorateError, QuorateError } from '../../core/errors.ts'
import type { Service } from '../../core/lifecycle.ts'
import type { Logger } from '../../core/logger.ts'
import type { Metrics } from '../../core/metrics.ts'
import { SyncRequestSchema } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import type { SyncRequest } from '../../protocol/gen/quorate/v1/messages_pb.ts'
import type { Message } from '../../protocol/messages.ts'
import { MAX_MEMBERS } from '../../protocol/types.ts'
import { FramedStream } from '../framed-stream.ts'
import { encodeGossip } from '../gossip/decode-gossip.ts'
import type { Gossip } from '../gossip/gossip.ts'
import { networkLimits } from '../limits.ts'
import type { NetworkNode } from '../network-node.ts'
import type { PeerKey } from '../peer-key.ts'

export const SYNC_PROTOCOL = '/quorate/sync/1'

export interface RoundSyncOptions {
  node: Pick<NetworkNode, 'handle' | 'unhandle' | 'openStream' | 'penalise' | 'spend'>
  gossip: Pick<Gossip, 'receive' | 'settled' | 'subscribers' | 'onSubscriber'>
  /** Number of the task on its ledger. */
  task: bigint
  /** Every valid message of a round that this node holds, its own included; empty for a round it knows nothing of. */
  messagesOf(round: bigint): Iterable<Message> | Promise<Iterable<Message>>
  /** The rounds to catch up with when a peer appears, most important first; few, because every peer is asked for each. */
  wantedRounds(): readonly bigint[]
  logger: Logger
  metrics: Metrics
  random?: () => number
}

const limits = networkLimits.sync

/**
 * Catch-up: gossip reaches who is there when it is sent, this brings the rest. When a peer joins the task, both sides
 * request the rounds that they want from each other. A restarted node thus gets missed statements, and the others get
 * the statements that it could not send. `sync` asks on demand.
 *
 * Received messages take the same way as gossip; statements that arrive before the statements that they depend on are
 * validated again later.
 */
export class RoundSync implements Service {
  readonly name = 'sync'
  readonly #options: RoundSyncOptions
  #running: { abort: AbortController; appeared: BoundedQueue<PeerKey>; unlisten: () => void; worker: Promise<void> } | undefined

  constructor(options: RoundSyncOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    if (this.#running) return
    const { node, gossip } = this.#options
    await node.handle(SYNC_PROTOCOL, limits.streamsPerPeer, async (stream, peer) => this.#serve(stream, peer))
    const appeared = new BoundedQueue<PeerKey>({ capacity: 2 * MAX_MEMBERS, drop: 'oldest' })
    const unlisten = gossip.onSubscriber((peer) => appeared.push(peer))
    for (const peer of gossip.subscribers()) appeared.push(peer)
    this.#running = { abort: new AbortController(), appeared, unlisten, worker: Promise.resolve() }
    this.#running.worker = this.#meet(appeared)
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    if (!running) return
    running.unlisten()
    running.abort.abort()
    running.appeared.close()
    await this.#options.node.unhandle(SYNC_PROTOCOL)
    await running.worker
  }

  /**
   * Asks peers for the messages of a round, one after the other.
   *
   * @param peers whom to ask; by default three of the task by chance
   * @returns how many messages were accepted
   * @throws QuorateError CANCELLED; a peer that fails is passed over
   */
  async sync(round: bigint, { peers, signal }: { peers?: readonly PeerKey[]; signal?: AbortSignal } = {}): Promise<number> {
    return (await this.ask(round, { peers: peers ?? this.#some(), signal })).accepted
  }

  /**
   * As `sync`, and says how many peers answered: a node that must know what was said in a round needs to know that it was told.
   *
   * @throws QuorateError CANCELLED; a peer that fails is passed over
   */
  async ask(
    round: bigint,
    { peers, signal }: { peers: readonly PeerKey[]; signal?: AbortSignal | undefined },
  ): Promise<{ answered: number; accepted: number }> {
    let [answered, accepted] = [0, 0]
    for (const peer of peers) {
      try {
        accepted += await this.#ask(peer, round, signal)
        answered++
        this.#options.metrics.count('sync_requests_total', { result: 'ok' })
      } catch (error) {
        if (signal?.aborted || !this.#running) throw new QuorateError('CANCELLED', 'catching up was cancelled', { cause: error })
        this.#options.metrics.count('sync_requests_total', { result: isQuorateError(error) ? error.code : 'INTERNAL' })
        this.#options.logger.debug({ peer, round: String(round), error: String(error) }, 'catch-up failed')
      }
    }
    return { answered, accepted }
  }

  #some(): PeerKey[] {
    const { gossip, random = Math.random } = this.#options
    const drawn = gossip.subscribers().map((peer) => ({ peer, order: random() }))
    return drawn
      .toSorted((a, b) => a.order - b.order)
      .slice(0, limits.peers)
      .map(({ peer }) => peer)
  }

  async #meet(appeared: BoundedQueue<PeerKey>): Promise<void> {
    for await (const peer of appeared) {
      for (const round of this.#options.wantedRounds()) {
        const accepted = await this.sync(round, { peers: [peer] }).catch(() => 0)
        if (accepted > 0) this.#options.logger.info({ peer, round: String(round), accepted }, 'caught up')
      }
    }
  }

  async #ask(peer: PeerKey, round: bigint, signal?: AbortSignal): Promise<number> {
    if (!this.#running) throw new QuorateError('CANCELLED', 'catch-up is not running')
    const { node, task } = this.#options
    const own = AbortSignal.any([this.#running.abort.signal, ...(signal ? [signal] : [])])
    const any = AbortSignal.any([own, AbortSignal.timeout(limits.timeoutMs)])
    const messages: Uint8Array[] = []
    try {
      const stream = await node.openStream(peer, SYNC_PROTOCOL, any)
      using frames = new FramedStream(stream, { maxBytes: limits.responseBytes, idleMs: limits.timeoutMs, signal: any })
      await frames.write(toBinary(SyncRequestSchema, create(SyncRequestSchema, { task, round })))
      await frames.end()
      for (let frame = await frames.read(); frame; frame = await frames.read()) {
        if (messages.push(frame) > limits.messages)
          throw new QuorateError('MESSAGE_TOO_LARGE', 'the peer sent more messages than a round can have')
      }
    } catch (error) {
      const broken = isQuorateError(error, 'MESSAGE_TOO_LARGE') || isQuorateError(error, 'MESSAGE_MALFORMED')
      if (broken) node.penalise(peer, 'malformed')
      // A peer that dies while it answers was cut: what came before is as good as it was.
      if (broken || own.aborted || messages.length === 0) throw error
    }
    return this.#judge(peer, messages, own)
  }

  async #judge(peer: PeerKey, messages: Uint8Array[], signal: AbortSignal): Promise<number> {
    const { node, gossip } = this.#options
    let accepted = 0
    for (let pending = messages; pending.length > 0;) {
      const early: Uint8Array[] = []
      for (const message of pending) {
        signal.throwIfAborted()
        const verdict = await gossip.receive(message, { via: 'sync', peer })
        if (verdict.verdict === 'accept') accepted++
        else if (verdict.code === 'MESSAGE_EARLY') early.push(message)
        else if (verdict.verdict === 'reject') {
          // A peer serves only statements that it found valid, so this peer is dishonest or broken.
          node.penalise(peer, 'syncReject')
          return accepted
        }
      }
      await gossip.settled()
      if (early.length === pending.length) break
      pending = early
    }
    return accepted
  }

  async #serve(stream: Stream, peer: PeerKey): Promise<void> {
    if (!this.#running) throw new QuorateError('CANCELLED', 'catch-up is not running')
    if (!this.#options.node.spend(peer, 'catchUps')) throw new QuorateError('RATE_LIMITED', 'the peer asks for too many rounds')
    const signal = AbortSignal.any([this.#running.abort.signal, AbortSignal.timeout(limits.timeoutMs)])
    using frames = new FramedStream(stream, { maxBytes: limits.requestBytes, idleMs: limits.timeoutMs, signal })
    const request = decodeSyncRequest((await frames.read()) ?? new Uint8Array())
    await frames.readEnd()
    if (request.task === this.#options.task) {
      let sent = 0
      for (const message of await this.#options.messagesOf(request.round)) {
        if (++sent > limits.messages) break
        await frames.write(encodeGossip(message))
      }
      this.#options.metrics.count('sync_served_messages_total', {}, sent)
    }
    await frames.end()
  }
}

/** @throws QuorateError MESSAGE_MALFORMED */
export function decodeSyncRequest(bytes: Uint8Array): SyncRequest {
  try {
    return fromBinary(SyncRequestSchema, bytes)
  } catch (cause) {
    throw new QuorateError('MESSAGE_MALFORMED', 'the catch-up request does not decode', { cause })
  }
}

/**
 * Catch-up over a node and its gossip. Start it after both.
 *
 * @example
 * const sync = createRoundSync({ node, gossip, task: 1n, messagesOf, wantedRounds: () => [rounds.latest], logger, metrics })
 */
export function createRoundSync(options: RoundSyncOptions): RoundSync {
  return new RoundSync(options)
}
