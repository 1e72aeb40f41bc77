import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Logger } from '../core/logger.ts'
import type { Metrics } from '../core/metrics.ts'
import type { HostGate } from './host-gate.ts'
import type { PeerMembership } from './membership.ts'
import { peerKeyFromPeerId } from './peer-key.ts'
import type { PeerKey } from './peer-key.ts'
import type { PeerPenalties } from './peer-penalties.ts'

export interface GaterComponents {
  membership: Pick<PeerMembership, 'memberOfPeer'>
  penalties: Pick<PeerPenalties, 'banned'>
  hosts: Pick<HostGate, 'enter' | 'refused'>
  /** Whether the peer may connect once more; false costs the peer points. */
  mayDial: (peer: PeerKey) => boolean
  logger: Logger
  metrics: Metrics
}

/** Why a connection was refused. Also a metric label. */
type Refusal = 'stranger' | 'banned' | 'tooOften' | 'host'

/**
 * Refuses strangers: only a peer whose key is registered to a member, and who is not banned, gets past the handshake that
 * proves the key. Nothing of ours runs before that. `HostGate` limits the handshakes themselves.
 */
export function membershipGater({ membership, penalties, hosts, mayDial, logger, metrics }: GaterComponents): ConnectionGater {
  const handshakes = new WeakMap<MultiaddrConnection, () => void>()

  const objection = (direction: 'in' | 'out', key: PeerKey | undefined): Refusal | undefined => {
    if (!key || !membership.memberOfPeer(key)) return 'stranger'
    if (penalties.banned(key)) return 'banned'
    return direction === 'in' && !mayDial(key) ? 'tooOften' : undefined
  }
  const deny = (direction: 'in' | 'out', peer: PeerId): boolean => {
    const key = peerKeyFromPeerId(peer)
    const reason = objection(direction, key)
    if (!reason) return false
    metrics.count('network_refused_total', { direction, reason })
    logger.debug({ peer: key ?? peer.toString(), direction, reason }, 'connection refused')
    return true
  }
  return {
    denyDialPeer: (peer) => deny('out', peer),
    denyOutboundEncryptedConnection: (peer) => deny('out', peer),
    denyInboundConnection(connection) {
      const end = hosts.enter(hostOf(connection))
      if (!end) {
        metrics.count('network_refused_total', { direction: 'in', reason: 'host' satisfies Refusal })
        return true
      }
      handshakes.set(connection, end)
      connection.addEventListener('close', end)
      return false
    },
    denyInboundEncryptedConnection(peer, connection) {
      handshakes.get(connection)?.()
      const denied = deny('in', peer)
      if (denied) hosts.refused(hostOf(connection))
      return denied
    },
    // libp2p asks this too; the handshake has not named the peer yet, so it has no say.
    denyDialMultiaddr: () => false,
  }
}

/** The IP address of the other end. */
function hostOf({ remoteAddr }: MultiaddrConnection): string {
  return remoteAddr.getComponents()[0]?.value ?? ''
}
