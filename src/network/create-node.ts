import { createHash } from 'node:crypto'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub, StrictSign } from '@libp2p/gossipsub'
import type { GossipSub, Message as PubsubMessage } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Identify } from '@libp2p/identify'
import type { ConnectionGater, PeerId, PrivateKey, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { Libp2p } from 'libp2p'
import { QuorateError } from '../core/errors.ts'
import { networkLimits } from './limits.ts'
import type { OwnAddresses } from './own-addresses.ts'
import type { PeerPenalties } from './peer-penalties.ts'
import { peerScoring } from './peer-scoring.ts'
import { relayServer } from './relay/relay-server.ts'
import { relayTransport } from './relay/relay-transport.ts'
import type { RelayPlaces } from './relay/relay-transport.ts'

export type Node = Libp2p<{ identify: Identify; pubsub: GossipSub }>

export interface CreateNodeOptions {
  privateKey: PrivateKey
  listen: readonly string[]
  topics: readonly string[]
  /** Whether the node relays for others. */
  relay: boolean
  penalties: Pick<PeerPenalties, 'points'>
  own: Pick<OwnAddresses, 'list'>
  gater: ConnectionGater
  /** A member sends on this stream what the node relays. */
  onRelayed: (stream: Stream, from: PeerId) => void
}

/** The libp2p node with its limits, and its places at relays; nothing listens yet. */
export async function createNode(options: CreateNodeOptions): Promise<{ libp2p: Node; places: RelayPlaces }> {
  const { privateKey, listen, topics, relay, penalties, own, gater, onRelayed } = options
  const made = Promise.withResolvers<RelayPlaces>()
  const libp2p = await createLibp2p({
    // Its listeners are heard of from the first one on.
    start: false,
    privateKey,
    nodeInfo: { userAgent: 'quorate/1' },
    addresses: { listen: [...listen], announceFilter: () => own.list().map((address) => multiaddr(address)) },
    transports: [tcp(), relayTransport(made.resolve)],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ maxInboundStreams: networkLimits.connections.inboundStreams })],
    connectionGater: gater,
    connectionManager: {
      maxConnections: networkLimits.connections.max,
      maxIncomingPendingConnections: networkLimits.connections.pending,
      inboundConnectionThreshold: networkLimits.connections.perHostPerSecond,
      inboundUpgradeTimeout: networkLimits.connections.handshakeMs,
      dialTimeout: networkLimits.connections.dialMs,
      // Redialer keeps the connections.
      reconnectRetries: 0,
    },
    connectionMonitor: { pingInterval: networkLimits.pingMs },
    services: {
      identify: identify(),
      ...(relay && { relay: relayServer(onRelayed) }),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictSign,
        allowedTopics: [...topics],
        allowPublishToZeroTopicPeers: true,
        ignoreDuplicatePublishError: true,
        fallbackToFloodsub: false,
        maxInboundDataLength: networkLimits.gossipFrameBytes,
        maxInboundStreams: networkLimits.connections.perPeer,
        awaitRpcHandler: true,
        awaitRpcMessageHandler: true,
        seenTTL: networkLimits.gossipSeenMs,
        msgIdFn: messageId,
        // A relayed connection has limits, and a member behind a relay takes part like any other.
        runOnLimitedConnection: true,
        ...peerScoring(topics, penalties),
      }),
    },
  })
  return { libp2p, places: await made.promise }
}

/**
 * Starts the node.
 *
 * @throws QuorateError CONFIG_INVALID when an address cannot be listened on
 */
export async function startListening(libp2p: Node, listen: readonly string[]): Promise<void> {
  try {
    await libp2p.start()
  } catch (cause) {
    await libp2p.stop()
    const { message: told } = cause as Error
    // libp2p tells it in the middle of a text of many lines, with a stack.
    const reasons = [...told.matchAll(/listen E[A-Z]+: ([^\n]+)/g)].map(([, reason]) => reason)
    const message = `p2p.listen: cannot listen on ${listen.join(' and ')}: ${reasons.length > 0 ? reasons.join('; ') : told}`
    throw new QuorateError('CONFIG_INVALID', message, { details: { field: 'p2p.listen', listen }, cause })
  }
}

/**
 * A message is known by its author and its bytes. With an id of the bytes alone, a peer could send another member's
 * statement in its own envelope first, and nodes would drop the authentic message as a duplicate.
 */
function messageId(message: PubsubMessage): Uint8Array {
  const hash = createHash('sha256')
  if (message.type === 'signed') hash.update(message.from.toMultihash().bytes)
  return new Uint8Array(hash.update(message.data).digest())
}
