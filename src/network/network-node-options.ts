import type { Logger } from '../core/logger.ts'
import type { Metrics } from '../core/metrics.ts'
import type { PeerMember, PeerMembership } from './membership.ts'
import type { PeerKey } from './peer-key.ts'
import type { ReservePolicy } from './relay/needs-relay.ts'

export interface NetworkNodeOptions {
  /** 32-byte ed25519 seed; its public key is the peer key registered on chain. */
  seed: Uint8Array
  /** Multiaddrs to listen on, `/ip4/0.0.0.0/tcp/4001`; port 0 takes a free one; none only dials. The node announces them. */
  listen: readonly string[]
  /**
   * Multiaddrs to announce instead of the listening addresses, for a node behind a port forward; the node announces the
   * first eight.
   */
  announce?: readonly string[]
  /** Whether the node relays between members that cannot dial each other; members only ask operators. Default false. */
  relay?: boolean
  /** Whether the node lets others reach it through the operators' relays; default where it knows no better way. */
  reserve?: ReservePolicy
  /** The only gossip topics this node takes part in, `gossipTopic(task)` each. */
  topics: readonly string[]
  membership: PeerMembership
  logger: Logger
  metrics: Metrics
  /** Waits between dials of a lost peer, ms. */
  redial?: { baseMs: number; maxMs: number }
  random?: () => number
}

/** A connected member. */
export interface PeerInfo extends PeerMember {
  peerKey: PeerKey
  address: string
  direction: 'inbound' | 'outbound'
  /** Whether a relay stands between. */
  relayed: boolean
  /** Gossipsub score; below 0 the peer misbehaved. */
  score: number
}
