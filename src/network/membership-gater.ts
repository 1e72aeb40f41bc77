import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Logger } from '../core/logger.ts'
import type { Metrics } from '../core/metrics.ts'
import type { HostGate } from './host-gate.ts'
import type { PeerMembership } from './membership.ts'
import { peerKeyFromPeerId } from './peer-key.ts'
import type { PeerKey } from './peer-key.ts'
import type { PeerPenalties } from './peer-penalties.ts'
import { behindRelay } from './relay/circuit.ts'

export interface GaterComponents {
  membership: Pick<PeerMembership, 'memberOfPeer'>
  penalties: Pick<PeerPenalties, 'banned'>
  hosts: Pick<HostGate, 'enter' | 'refused'>
  /** Whether the peer may connect once more; false costs the peer points. */
  mayDial: (peer: PeerKey) => boolean
  /** Whether the peer may ask this node to relay once more; false costs the peer points. */
  mayRelay: (peer: PeerKey) => boolean
  logger: Logger
  metrics: Metrics
}

/** Why a connection was refused. Also a metric label. */
type Refusal = 'stranger' | 'banned' | 'tooOften' | 'host' | 'noRelay'

/** `relay`: this node would only pass the connection on. Also a metric label. */
type Direction = 'in' | 'out' | 'relay'

/**
 * Refuses strangers: only a peer whose key is registered to a member, and who is not banned, gets past the handshake that
 * proves the key. Nothing of ours runs before that. `HostGate` limits the handshakes themselves. The same holds for connections through
 * a relay, whose handshake is with the peer behind the relay: what is wrong with them is no fault of the relay's host.
 */
export function membershipGater({
  membership,
  penalties,
  hosts,
  mayDial,
  mayRelay,
  logger,
  metrics,
}: GaterComponents): ConnectionGater {
  const handshakes = new WeakMap<MultiaddrConnection, () => void>()

  const objection = (key: PeerKey | undefined): Refusal | undefined => {
    if (!key || !membership.memberOfPeer(key)) return 'stranger'
    return penalties.banned(key) ? 'banned' : undefined
  }
  /** @param mayOnceMore asked last, because the answer costs the peer */
  const deny = (direction: Direction, peer: PeerId, mayOnceMore: (key: PeerKey) => boolean = () => true): boolean => {
    const key = peerKeyFromPeerId(peer)
    const reason = objection(key) ?? (key && mayOnceMore(key) ? undefined : 'tooOften')
    return reason !== undefined && refuse(direction, peer, reason)
  }
  const refuse = (direction: Direction, peer: PeerId, reason: Refusal): true => {
    const key = peerKeyFromPeerId(peer)
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
      const denied = deny('in', peer, mayDial)
      if (denied) hosts.refused(hostOf(connection))
      return denied
    },
    denyInboundRelayReservation: (peer) => deny('relay', peer, mayRelay),
    denyOutboundRelayedConnection: (source, destination) => deny('relay', source, mayRelay) || deny('relay', destination),
    denyInboundRelayedConnection(relay, peer) {
      const key = peerKeyFromPeerId(relay)
      const trusted = key !== undefined && membership.memberOfPeer(key)?.role === 'operator'
      return trusted ? deny('in', peer) : refuse('in', relay, 'noRelay')
    },
    // libp2p asks this too; the handshake has not named the peer yet, so it has no say.
    denyDialMultiaddr: () => false,
  }
}

/** The IP address of the other end. Behind a relay, the peer id that the relay names: an honest relay has checked it, and the handshake does. */
function hostOf({ remoteAddr }: MultiaddrConnection): string {
  return behindRelay(remoteAddr) ?? remoteAddr.getComponents()[0]?.value ?? ''
}
