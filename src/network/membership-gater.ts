import type { ConnectionGater, PeerId } from '@libp2p/interface'
import type { Logger } from '../core/logger.ts'
import type { Metrics } from '../core/metrics.ts'
import type { PeerMembership } from './membership.ts'
import { peerKeyFromPeerId } from './peer-key.ts'
import type { PeerPenalties } from './peer-penalties.ts'

export interface GaterComponents {
  membership: Pick<PeerMembership, 'memberOfPeer'>
  penalties: Pick<PeerPenalties, 'banned'>
  logger: Logger
  metrics: Metrics
}

/**
 * Refuses strangers: only a peer whose key is registered to a member, and who is not banned, gets past the handshake that
 * proves the key. Nothing of ours runs before that.
 */
export function membershipGater({ membership, penalties, logger, metrics }: GaterComponents): ConnectionGater {
  const deny = (direction: 'in' | 'out', peer: PeerId): boolean => {
    const key = peerKeyFromPeerId(peer)
    const reason = !key || !membership.memberOfPeer(key) ? 'stranger' : penalties.banned(key) ? 'banned' : undefined
    if (!reason) return false
    metrics.count('network_refused_total', { direction, reason })
    logger.debug({ peer: key ?? peer.toString(), direction, reason }, 'connection refused')
    return true
  }
  return {
    denyDialPeer: (peer) => deny('out', peer),
    denyOutboundEncryptedConnection: (peer) => deny('out', peer),
    denyInboundEncryptedConnection: (peer) => deny('in', peer),
    // libp2p asks these too; the handshake has not named the peer yet, so they have no say.
    denyDialMultiaddr: () => false,
    denyInboundConnection: () => false,
  }
}
