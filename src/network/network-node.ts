import type { GossipSub } from '@libp2p/gossipsub'
import type { Connection, IdentifyResult, PeerId, PrivateKey, Stream, StreamMuxer } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { QuorateError } from '../core/errors.ts'
import type { Service } from '../core/lifecycle.ts'
import { toHex } from '../protocol/bytes.ts'
import { bestOf, linkOf, surplusOf } from './connections.ts'
import { createNode, startListening } from './create-node.ts'
import type { Node } from './create-node.ts'
import { paced } from './gossip/paced.ts'
import { reattach } from './gossip/reattach.ts'
import { HostGate } from './host-gate.ts'
import { networkLimits } from './limits.ts'
import { membershipGater } from './membership-gater.ts'
import type { PeerMembership } from './membership.ts'
import type { NetworkNodeOptions, PeerInfo } from './network-node-options.ts'
import { OwnAddresses, reachOfAddress } from './own-addresses.ts'
import { PeerBook } from './peer-book.ts'
import { PeerBytes } from './peer-bytes.ts'
import { PeerBudgets } from './peer-budgets.ts'
import type { BudgetKind } from './peer-budgets.ts'
import { peerIdFromPeerKey, peerKeyFromPeerId, peerPrivateKey } from './peer-key.ts'
import type { PeerKey } from './peer-key.ts'
import { PeerPenalties } from './peer-penalties.ts'
import type { PenaltyReason } from './peer-penalties.ts'
import { sealPeerRecord } from './peer-record.ts'
import type { Reach } from './reach.ts'
import { Redialer } from './redialer.ts'
import { isRelayed } from './relay/circuit.ts'
import { fartherOf, needsRelay } from './relay/needs-relay.ts'
import { RelayClient } from './relay/relay-client.ts'
import type { RelayPlaces } from './relay/relay-transport.ts'
import { throttle } from './throttle.ts'

interface Running {
  libp2p: Node
  redialer: Redialer
  relays: RelayClient
  unwatch: () => void
}

/** Who sent a stream, and the stream. */
export type ProtocolHandler = (stream: Stream, peer: PeerKey) => Promise<void>

/**
 * A libp2p node that only talks to members: TCP, noise, yamux, identify, gossipsub.
 *
 * Protocols (`Gossip`, `BlobExchange`, `RoundSync`) are services of their own, built on a node and started after it:
 *
 *     start   node → gossip → blobs → sync → dial(addresses)
 *     stop    sync → blobs → gossip → node
 */
export class NetworkNode implements Service {
  readonly name = 'network'
  readonly peerKey: PeerKey
  readonly membership: PeerMembership
  readonly #options: NetworkNodeOptions
  readonly #privateKey: PrivateKey
  readonly #penalties: PeerPenalties
  readonly #budgets = new PeerBudgets()
  readonly #bytes = new PeerBytes()
  readonly #own: OwnAddresses
  readonly #book: PeerBook
  /** From how far a peer has dialled this node. */
  #dialledFrom: Reach = 'none'
  readonly #moved = new Set<() => void>()
  #running: Running | undefined

  constructor(options: NetworkNodeOptions, privateKey: PrivateKey) {
    this.#options = options
    this.#privateKey = privateKey
    this.#penalties = new PeerPenalties(options.metrics)
    this.membership = options.membership
    this.peerKey = toHex(privateKey.publicKey.raw)
    this.#own = new OwnAddresses({
      peerId: peerIdFromPeerKey(this.peerKey).toString(),
      announce: options.announce,
      relayed: () => this.#running?.relays.addresses() ?? [],
    })
    const { membership, logger, metrics } = options
    this.#book = new PeerBook({ membership, own: () => this.#own.list(), logger, metrics })
  }

  /** @throws QuorateError CONFIG_INVALID when an address cannot be listened on */
  async start(): Promise<void> {
    if (this.#running) return
    const { listen, topics, membership, logger, metrics, relay = false, random = Math.random } = this.#options
    const own = this.#own
    const { libp2p, places } = await createNode({
      privateKey: this.#privateKey,
      listen,
      topics,
      relay,
      penalties: this.#penalties,
      own,
      gater: membershipGater({
        membership,
        penalties: this.#penalties,
        hosts: new HostGate(),
        mayDial: (peer) => this.spend(peer, 'dials'),
        mayRelay: (peer) => this.spend(peer, 'relays'),
        logger,
        metrics,
      }),
      onRelayed: (stream, from) => this.#meter(stream, from),
    })
    libp2p.addEventListener('transport:listening', ({ detail }) => own.opened(detail))
    libp2p.addEventListener('transport:close', ({ detail }) => own.closed(detail))
    libp2p.addEventListener('connection:open', ({ detail }) => this.#opened(libp2p, detail))
    const { pubsub } = libp2p.services
    paced(pubsub, {
      onStream: (stream, from) => {
        const peer = peerKeyFromPeerId(from)
        if (peer) throttle(stream, this.#bytes.of('gossip', peer))
      },
      mayHandle: (from, messages) => {
        const peer = peerKeyFromPeerId(from)
        return peer !== undefined && !this.#penalties.banned(peer) && this.spend(peer, 'messages', messages)
      },
    })
    const relays = this.#relayClient(libp2p, places)
    libp2p.addEventListener('peer:identify', ({ detail }) => {
      relays.identified(detail)
      this.#dialBack(detail)
    })
    libp2p.addEventListener('connection:close', ({ detail }) => this.#closed(libp2p, detail))
    await startListening(libp2p, listen)
    const redialer = new Redialer({
      self: libp2p.peerId.toString(),
      linkTo: (peerId) => linkOf(libp2p.getConnections(peerIdFromString(peerId))),
      connect: async (addresses, signal) => void (await libp2p.dial(addresses, { signal })),
      logger,
      random,
      backoff: this.#options.redial ?? networkLimits.redial,
    })
    const counted = (): void => metrics.gauge('network_peers', libp2p.getPeers().length)
    libp2p.addEventListener('peer:connect', ({ detail }) => {
      logger.info({ peer: peerKeyFromPeerId(detail) }, 'peer connected')
      counted()
    })
    libp2p.addEventListener('peer:disconnect', ({ detail }) => {
      logger.info({ peer: peerKeyFromPeerId(detail) }, 'peer disconnected')
      counted()
      this.#bytes.forget(peerKeyFromPeerId(detail))
      relays.disconnected(detail)
      redialer.lost(detail.toString())
    })
    const connections = (): Connection[] => this.#running?.libp2p.getConnections() ?? []
    metrics.gauge('network_connections', () => connections().length)
    metrics.gauge('network_streams', () => connections().reduce((sum, { streams }) => sum + streams.length, 0))
    const unwatch = membership.onChange(() => {
      for (const connection of libp2p.getConnections()) this.#evictStranger(connection)
      this.#meet(redialer, this.#book.registered())
      redialer.wake()
      relays.consider()
    })
    this.#running = { libp2p, redialer, relays, unwatch }
    logger.info({ peerKey: this.peerKey, addresses: this.addresses() }, 'listening for peers')
  }

  /** Closes every connection and waits until nothing of the node is left. */
  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    if (!running) return
    running.unwatch()
    running.relays.stop()
    await running.redialer.stop()
    await running.libp2p.stop()
  }

  /** Where other nodes reach this one, most useful first, each ending in `/p2p/<peer id>`; none unless it runs. */
  addresses(): string[] {
    return this.#running ? this.#own.list() : []
  }

  /** How many relays others reach this node through. */
  relays(): number {
    return this.#running?.relays.places ?? 0
  }

  /** Calls `listener` when others reach this node elsewhere than before; returns what ends the calls. */
  onMove(listener: () => void): () => void {
    this.#moved.add(listener)
    return () => this.#moved.delete(listener)
  }

  /** Connected members, one entry each. */
  peers(): PeerInfo[] {
    const peers = new Map<PeerKey, PeerInfo>()
    for (const { remotePeer, remoteAddr, direction } of this.#libp2p.getConnections()) {
      const peerKey = peerKeyFromPeerId(remotePeer)
      const who = peerKey && this.membership.memberOfPeer(peerKey)
      const relayed = isRelayed(remoteAddr)
      if (!who || (relayed && peers.has(peerKey))) continue
      peers.set(peerKey, { ...who, peerKey, address: remoteAddr.toString(), direction, relayed, score: this.score(peerKey) })
    }
    return [...peers.values()]
  }

  /**
   * Connects to peers and stays connected: lost ones are dialled again with growing waits.
   *
   * @param addresses multiaddrs that end in `/p2p/<peer id>`; our own is skipped
   * @returns how many of the peers are connected now
   * @throws QuorateError CONFIG_INVALID for an address that names no peer
   */
  async dial(addresses: readonly string[]): Promise<number> {
    return this.#live.redialer.add(addresses)
  }

  /** Where other nodes reach this one, signed; empty for a node that only dials. `sequence` grows with every record. */
  async record(sequence: bigint = BigInt(Date.now())): Promise<Uint8Array> {
    const addresses = this.addresses()
    return addresses.length === 0 ? new Uint8Array() : sealPeerRecord(this.#privateKey, addresses, sequence)
  }

  /**
   * Takes the signed records of peers that somebody passes on, and stays connected to the peers that they name. A record that is of
   * no use is skipped. Resolves before the peers are dialled.
   */
  async meet(records: readonly Uint8Array[]): Promise<void> {
    const { redialer } = this.#live
    this.#meet(redialer, await this.#book.read(records))
  }

  #meet(redialer: Redialer, peers: ReadonlyMap<PeerKey, string[]>): void {
    for (const [peer, addresses] of peers) void redialer.meet(peerIdFromPeerKey(peer).toString(), addresses)
  }

  /** Gossipsub's score of a peer, penalties included. */
  score(peerKey: PeerKey): number {
    // The class has it, the exported interface does not.
    return (this.pubsub as GossipSub & { getScore(id: string): number }).getScore(peerIdFromPeerKey(peerKey).toString())
  }

  /** Counts a peer's misbehaviour; one too many disconnects it for a while. */
  penalise(peerKey: PeerKey, reason: PenaltyReason): void {
    const { logger } = this.#options
    const before = this.#penalties.banned(peerKey)
    const banned = this.#penalties.add(peerKey, reason)
    // A flood must not become a flood of log lines.
    const level = reason in networkLimits.budgets ? 'debug' : 'warn'
    logger[level]({ peer: peerKey, reason }, 'peer misbehaved')
    if (!banned) return
    const minutes = networkLimits.penalties.halfLifeMs / 60_000
    if (!before) logger.warn({ peer: peerKey, reason, minutes }, 'peer is banned: its penalty halves in so many minutes')
    this.#cut(peerIdFromPeerKey(peerKey), new QuorateError('RATE_LIMITED', `banned: ${reason}`))
  }

  /** Takes from what a peer may make this node do; false, which costs the peer points, if it has done too much. */
  spend(peerKey: PeerKey, kind: BudgetKind, count = 1): boolean {
    if (this.#budgets.spend(peerKey, kind, count)) return true
    this.penalise(peerKey, kind)
    return false
  }

  /** The gossipsub service of the running node. */
  get pubsub(): GossipSub {
    return this.#libp2p.services.pubsub
  }

  /**
   * Serves a stream protocol to members. A handler that fails resets its stream; the node lives on.
   *
   * @param streams streams one connection may have open; more are reset
   */
  async handle(protocol: string, streams: number, handler: ProtocolHandler): Promise<void> {
    await this.#libp2p.handle(
      protocol,
      async (stream, connection) => {
        const peer = peerKeyFromPeerId(connection.remotePeer)
        // A connection outlives an eviction by a moment.
        if (!peer || !this.membership.memberOfPeer(peer)) return stream.abort(new QuorateError('MEMBER_UNKNOWN', 'not a member'))
        throttle(stream, this.#bytes.of('requests', peer))
        try {
          await handler(stream, peer)
        } catch (error) {
          this.#options.logger.debug({ peer, protocol, error: String(error) }, 'stream failed')
          stream.abort(error instanceof Error ? error : new Error(String(error)))
        }
      },
      { maxInboundStreams: streams, runOnLimitedConnection: true },
    )
  }

  async unhandle(protocol: string): Promise<void> {
    await this.#running?.libp2p.unhandle(protocol)
  }

  /**
   * Opens a stream to a connected peer.
   *
   * @throws QuorateError PEER_UNREACHABLE without a connection or if the peer does not speak the protocol; CANCELLED
   */
  async openStream(peerKey: PeerKey, protocol: string, signal: AbortSignal): Promise<Stream> {
    const connection = bestOf(this.#libp2p.getConnections(peerIdFromPeerKey(peerKey)))
    if (!connection) throw new QuorateError('PEER_UNREACHABLE', `not connected to ${peerKey}`, { details: { peer: peerKey } })
    try {
      const maxOutboundStreams = networkLimits.connections.streamsPerProtocol
      return await connection.newStream(protocol, { signal, maxOutboundStreams, runOnLimitedConnection: true })
    } catch (cause) {
      if (signal.aborted) throw new QuorateError('CANCELLED', 'opening a stream was cancelled', { cause })
      throw new QuorateError('PEER_UNREACHABLE', `${peerKey} does not answer on ${protocol}`, {
        details: { peer: peerKey, protocol },
        cause,
      })
    }
  }

  get #live(): Running {
    if (!this.#running) throw new QuorateError('INTERNAL', 'the network node is not running')
    return this.#running
  }

  get #libp2p(): Node {
    return this.#live.libp2p
  }

  /** Counts the streams that a peer opens, and keeps the newest connections to it: direct ones where there are any. */
  #opened(libp2p: Node, connection: Connection): void {
    const peer = peerKeyFromPeerId(connection.remotePeer)
    // The class has it, the interface does not.
    const { muxer } = connection as Connection & { muxer?: StreamMuxer }
    muxer?.addEventListener('stream', () => {
      if (peer) this.spend(peer, 'streams')
    })
    if (connection.direction === 'inbound' && !isRelayed(connection.remoteAddr))
      this.#dialledFrom = fartherOf(this.#dialledFrom, reachOfAddress(connection.remoteAddr.toString()))
    for (const { old, reason } of surplusOf(connection, libp2p.getConnections(connection.remotePeer)))
      old.abort(new QuorateError('RATE_LIMITED', reason))
  }

  /** Gossip goes on over another connection to the same peer. */
  #closed(libp2p: Node, { remotePeer }: Connection): void {
    const other = bestOf(libp2p.getConnections(remotePeer))
    if (other) reattach(libp2p.services.pubsub, other)
  }

  /** Who came through a relay may well be dialled: two nodes need the relay only if neither can dial the other. */
  #dialBack({ connection, signedPeerRecord }: IdentifyResult): void {
    if (connection.direction === 'outbound' || !isRelayed(connection.remoteAddr) || !signedPeerRecord) return
    const { remotePeer } = connection
    const addresses = this.#book.direct(remotePeer.toString(), signedPeerRecord.addresses.map(String))
    if (addresses.length > 0) void this.#running?.redialer.add(addresses)
  }

  #relayClient(libp2p: Node, places: RelayPlaces): RelayClient {
    const { membership, logger, metrics, reserve: policy = 'auto' } = this.#options
    return new RelayClient({
      self: libp2p.peerId.toString(),
      places,
      membership,
      connectionsTo: (peer) => libp2p.getConnections(peer),
      wanted: (relay) => {
        const { announced } = this.#own
        return needsRelay({ policy, own: this.#own.direct(), announced, relay, dialledFrom: this.#dialledFrom })
      },
      changed: () => {
        for (const listener of this.#moved) listener()
      },
      logger,
      metrics,
    })
  }

  /** Slows down and counts what a member sends through this relay. */
  #meter(stream: Stream, from: PeerId): void {
    const peer = peerKeyFromPeerId(from)
    if (!peer) return
    throttle(stream, this.#bytes.of('relayed', peer))
    stream.addEventListener('message', ({ data }) => {
      this.#options.metrics.count('network_relayed_bytes_total', {}, data.byteLength)
    })
  }

  /** Closes the connections to a peer at once: a flooder does not end its streams. */
  #cut(peer: PeerId, reason: QuorateError): void {
    for (const connection of this.#running?.libp2p.getConnections(peer) ?? []) connection.abort(reason)
  }

  #evictStranger({ remotePeer }: Connection): void {
    const key = peerKeyFromPeerId(remotePeer)
    if (key && this.membership.memberOfPeer(key)) return
    this.#options.logger.info({ peer: key }, 'peer is no longer a member')
    void this.#hangUp(remotePeer)
  }

  async #hangUp(peer: PeerId): Promise<void> {
    try {
      await this.#running?.libp2p.hangUp(peer)
    } catch (error) {
      this.#options.logger.debug({ error: String(error) }, 'closing a connection failed')
    }
  }
}

/**
 * A network node; nothing listens before `start()`.
 *
 * @throws QuorateError KEY_INVALID unless the seed has 32 bytes, CONFIG_INVALID for an address to announce that cannot be dialled
 * @example
 * const node = await createNetworkNode({ seed, listen, topics: [gossipTopic(task)], membership, logger, metrics })
 * await node.start()
 * await node.dial(operatorAddresses)
 */
export async function createNetworkNode(options: NetworkNodeOptions): Promise<NetworkNode> {
  return new NetworkNode(options, await peerPrivateKey(options.seed))
}
