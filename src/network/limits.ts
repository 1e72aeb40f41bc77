import type { MessageKind } from '../protocol/messages.ts'
import { MAX_MEMBERS } from '../protocol/types.ts'

/** How one kind of gossip is bounded. */
export interface GossipLimit {
  /** Largest encoded message, bytes. A kind's largest honest message fits with room for varints. */
  maxBytes: number
  /** Limit of messages that wait for validation, and of messages that wait for the handler. */
  capacity: number
  /** Which message goes when the handler's queue is full. What was dropped comes back with the next catch-up. */
  drop: 'oldest' | 'newest'
}

const statement: GossipLimit = { maxBytes: 512, capacity: 2 * MAX_MEMBERS, drop: 'oldest' }

/**
 * All limits of the peer network in one table: sizes, queue lengths and drop rules. Sizes are bytes, times are
 * milliseconds.
 */
export const networkLimits = {
  /** One row per gossip kind: a round has at most one such statement per member, and one seal and one claim per operator. */
  gossip: {
    commitment: statement,
    receiptNotice: statement,
    reveal: statement,
    attestation: statement,
    agreement: statement,
    /** At most 16 numbers with names of 32 characters. */
    evaluation: { maxBytes: 1024, capacity: 2 * MAX_MEMBERS, drop: 'oldest' },
    spending: statement,
    void: statement,
    seal: { maxBytes: 32 * 1024, capacity: 8, drop: 'oldest' },
    claim: { maxBytes: 512, capacity: 8, drop: 'oldest' },
  } satisfies Record<MessageKind, GossipLimit>,
  /** A gossipsub frame: room for a heartbeat's answer with every message of a round. */
  gossipFrameBytes: 1024 * 1024,
  /** How long a message id is remembered. Longer than the 5 s that gossipsub offers a message again, shorter than a phase. */
  gossipSeenMs: 60_000,

  /** Catch-up: one answer carries a whole round. */
  sync: {
    /** Peers asked when the caller names none. */
    peers: 3,
    requestBytes: 64,
    messages: 8 * MAX_MEMBERS + 16,
    responseBytes: 1024 * 1024,
    streamsPerPeer: 2,
    timeoutMs: 20_000,
  },

  /** Requests travel on a few long-lived streams to each peer, in pipelines: opening a stream costs as much as answering a small request. */
  blob: {
    requestBytes: 512,
    /** Segments named in one request. An update of no more segments, 1 MiB, is asked for whole, from one peer: pieces of it cost more than they bring. */
    batch: 128,
    /** Least segments of a large update in one request, while so many are left: 256 KiB. */
    leastShare: 32,
    /** Segments in one frame of an answer: 56 KiB. */
    segmentsPerFrame: 7,
    /** Segments the server reads from disk at a time: 512 KiB. Each read opens the file. */
    segmentsPerRead: 64,
    /** Bytes of a document named in one request. */
    documentRange: 512 * 1024,
    /** Largest document that is fetched to disk unless the caller says otherwise. */
    documentBytes: 4 * 1024 ** 3,
    /** Largest document that is fetched to memory. */
    documentMemoryBytes: 64 * 1024 ** 2,
    /** Requests for ranges of one document that run at once. */
    rangesAhead: 2,
    /** Streams this node opens to one peer. A peer may have twice as many here, because a stream that closes still counts for a moment. */
    streamsPerPeer: 2,
    /** Requests on one stream that wait for their answers. */
    requestsPerStream: 4,
    /** Peers one fetch of a large update pulls from at once, and requests it has running with each. */
    parallelPeers: 8,
    requestsPerPeer: 2,
    /** Updates fetched at once; the others wait. */
    updates: 16,
    /** A small update that one peer has not delivered in this time, and so much more for each of its segments, is asked of the next peer, too. */
    hedgeMs: 1000,
    hedgeMsPerSegment: 16,
    /** A peer that has not delivered one range of a document in this time is asked last. */
    hurryMs: 5000,
    /** A peer that owes an answer, or has one to take, and neither sends nor takes anything for this long is given up. */
    idleMs: 10_000,
    /** Longest time one answer may take. */
    answerMs: 120_000,
    /** How long a stream without requests stays open: the asking side closes it, the serving side only if the asking side does not. */
    streamIdleMs: 60_000,
    servedIdleMs: 90_000,
  },

  /** Largest frame on a stream of ours; libp2p's own frames are 64 KiB. */
  frameBytes: 64 * 1024,

  connections: {
    max: 2 * MAX_MEMBERS + 44,
    /** Handshakes running at once, and new connections a second from one host: a consortium may sit behind one address. */
    pending: 128,
    pendingPerHost: 32,
    perHostPerSecond: 64,
    /** Time of an inbound handshake. */
    handshakeMs: 5_000,
    /** Connections to one peer: two nodes that dial each other at once have two. The oldest goes. */
    perPeer: 2,
    dialMs: 10_000,
    /** Streams that one connection may open here: those of the protocols, and those that a relay brings or takes. */
    inboundStreams: 128,
    /** Streams of one protocol open to one peer; the protocols keep to fewer themselves. */
    streamsPerProtocol: 64,
  },

  /** A connection that is idle for so long is asked for a sign of life, so that no router between forgets it; without an answer it is closed. */
  pingMs: 10_000,

  /** What an operator relays between members that cannot dial each other (libp2p circuit relay v2). */
  relay: {
    /** Members that hold a place at this relay. */
    reservations: MAX_MEMBERS,
    /** How long a place lasts. Its holder asks again five minutes earlier; without that its relayed connections end with it. */
    reservationMs: 60 * 60_000,
    /** Bytes of one relayed connection, both ways. Its ends connect anew after that. */
    bytes: 1024 ** 3,
    /** Longest life of one relayed connection. */
    durationMs: 2 * 60 * 60_000,
    /** Relayed connections that one member may have through this relay: those that it opens, and those that others open to it. */
    opened: 48,
    taken: 48,
    /** Time for one request to the relay. */
    requestMs: 10_000,
    /** Places that a member takes: a second relay serves while the first is away. */
    relays: 2,
    /** Addresses that a member announces of each relay: one of each IP family, and a name. */
    addressesPerRelay: 3,
    /** Wait until a relay that refused is asked again. */
    retryMs: 30_000,
  },

  /** Largest number of announced addresses: a node announces no more, and accepts no more from a peer. */
  addresses: {
    perNode: 8,
    characters: 256,
    /** Largest signed peer record. */
    recordBytes: 4096,
  },

  redial: {
    peers: 512,
    addressesPerPeer: 8,
    /** A connection that lasted so long was a good one: its peer is dialled again at once. Longer than a peer's budget takes for a dial. */
    stableMs: 1_000,
    /** First wait; it doubles to the last, and half of each is jitter, so that a restarted operator is not stormed. */
    baseMs: 500,
    maxMs: 60_000,
    /** How often a peer that is only connected through a relay is dialled directly. */
    upgradeMs: 5 * 60_000,
  },

  /**
   * Points for misbehaviour outside gossip (gossipsub scores its own). They halve with time; a peer at `ban` is disconnected and
   * refused until they have decayed.
   */
  penalties: {
    reasons: {
      badSegment: 60,
      badRoots: 60,
      badDocument: 60,
      malformed: 30,
      syncReject: 30,
      rejected: 100,
      dials: 4,
      streams: 10,
      messages: 5,
      ignored: 1,
      catchUps: 5,
      relays: 4,
    },
    ban: 100,
    halfLifeMs: 10 * 60_000,
  },

  /**
   * What a peer may make this node do: so much at once, and so much a second. All else is refused and costs the points above, so
   * that a peer that goes on is banned. An honest peer forwards a round's messages (900 with 128 members) once.
   */
  budgets: {
    /** Handshakes of a peer. */
    dials: { burst: 32, perSecond: 1 },
    /** Streams of a peer. */
    streams: { burst: 128, perSecond: 4 },
    /** Gossip messages of a peer, duplicates included. */
    messages: { burst: 4096, perSecond: 128 },
    /** Gossip messages that were ignored: an honest node sees the chain at another time. */
    ignored: { burst: 1024, perSecond: 8 },
    /** Gossip messages that no honest node forwards. Gossipsub stops listening to a peer before its budget ends. */
    rejected: { burst: 16, perSecond: 0.05 },
    /** Rounds that a peer asks for. */
    catchUps: { burst: 64, perSecond: 2 },
    /** Places and relayed connections that a peer asks this relay for. */
    relays: { burst: 128, perSecond: 0.5 },
  },

  /** Different gossip messages of one author and kind that go on to other peers: a member that comes back agrees to 64 claims. */
  authored: { burst: 128, perSecond: 1 },

  /** Bytes that are read from a peer at once and a second; a peer that sends more waits. */
  bytes: {
    gossip: { burst: 4 * 1024 ** 2, perSecond: 256 * 1024 },
    requests: { burst: 256 * 1024, perSecond: 64 * 1024 },
    /** What a member sends through this relay, all its relayed connections together. The burst bounds what its unread requests hold in memory, too. */
    relayed: { burst: 16 * 1024 ** 2, perSecond: 4 * 1024 ** 2 },
  },

  /** Gossip messages of one peer that are judged in one turn of the event loop. */
  messagesPerTurn: 8,

  /**
   * Handshakes with strangers or banned peers that a host may try, and what the host may do once it tried more: a member behind the
   * same address still gets in by and by.
   */
  refused: { burst: 32, perSecond: 1, hotMs: 30_000, whileHotPerSecond: 2, hosts: 4096 },
} as const

export const gossipKinds = Object.keys(networkLimits.gossip) as readonly MessageKind[]
