/** Every bound of the gRPC side in one table. Bytes, seconds and milliseconds as the names say. */
export const RPC_LIMITS = {
  /** Largest request: a Join or a Commit is below 4 KiB. */
  maxRequestBytes: 16 * 1024,
  /** Largest response message: the task with its specification and document. Blobs come in parts. */
  maxResponseBytes: 4 * 1024 * 1024,
  /** Largest part of a blob. */
  blobPartBytes: 64 * 1024,
  /** Calls a second that one session, or one host without a session, may keep up, and how many it may make at once. */
  callsPerSecond: 20,
  callBurst: 100,
  /** Sessions and hosts whose rate is remembered; the one that was quiet longest is forgotten first. */
  rateKeys: 4096,
  /** Streams one session may hold open. */
  streamsPerSession: 8,
  /** Calls a second without a session, of all hosts together, and how many at once. */
  strangerCallsPerSecond: 200,
  strangerCallBurst: 1000,
  /** Calls at once on one connection. */
  callsPerConnection: 32,
  /** Connections in all; those that have carried no call of a session, in all and per host; those of one member. */
  connections: 2048,
  strangers: 512,
  strangersPerHost: 64,
  connectionsPerMember: 4,
  /** New connections a second from one host, and how many at once: each costs a TLS handshake. */
  connectionsPerSecond: 32,
  connectionBurst: 128,
  /** A connection is cut without a TLS handshake, a first call after it, or a call for so long. */
  handshakeMs: 5_000,
  firstCallMs: 10_000,
  idleMs: 300_000,
  /** A connection is cut when its peer does not read an answer for so long. */
  unreadMs: 30_000,
  /** A unary call that takes longer is given up on both sides. */
  callSeconds: 30,
  /** Longest session, also if the member requests more. */
  sessionSeconds: 24 * 3600,
  /** Open sessions: one per member, and a ledger has 1024 slots. */
  sessions: 1024,
  /** A channel that takes longer to connect is given up for a new one. A server cuts a handshake after `handshakeMs`. */
  connectMs: 20_000,
  keepaliveMs: 20_000,
  keepaliveTimeoutMs: 10_000,
  /** How long `stop` waits for calls in flight. */
  stopMs: 2_000,
  /** Wait before the first and at most before a later attempt to reconnect. */
  backoffMs: 250,
  maxBackoffMs: 5_000,
} as const

export type RpcLimits = { readonly [K in keyof typeof RPC_LIMITS]: number }
