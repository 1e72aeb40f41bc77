import { isIP } from 'node:net'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { networkLimits } from './limits.ts'
import { reachOf } from './reach.ts'

/** Why an address is of no use to others. Also a metric label. */
export type AddressFault = 'tooLong' | 'malformed' | 'notDialable' | 'noPeer' | 'wrongPeer'

export type JudgedAddress = { address: string; peerId: string } | { fault: AddressFault }

const HOSTS: readonly string[] = ['ip4', 'ip6', 'dns', 'dns4', 'dns6']
const NAME = /^[\w.-]+$/

/**
 * Judges one address that somebody wants dialled. Only `/<ip or dns name>/tcp/<port>`, with or without `/p2p/<peer
 * id>`, is accepted: no relay, no other transport, no address of several machines.
 *
 * @param peerId whose address it must be; it is appended where the address names no peer. Without it the address must name one.
 * @example judgePeerAddress('/dns4/node.example/tcp/4001', peerId)
 */
export function judgePeerAddress(text: string, peerId?: string): JudgedAddress {
  if (text.length > networkLimits.addresses.characters) return { fault: 'tooLong' }
  try {
    const [host, port, peer, ...rest] = multiaddr(text).getComponents()
    if (!host?.value || !HOSTS.includes(host.name) || port?.name !== 'tcp' || rest.length > 0) return { fault: 'notDialable' }
    if (peer && peer.name !== 'p2p') return { fault: 'notDialable' }
    const reachable = isIP(host.value) ? reachOf(host.value) !== 'none' : NAME.test(host.value)
    if (Number(port.value) === 0 || !reachable) return { fault: 'notDialable' }
    const named = peer?.value && peerIdFromString(peer.value).toString()
    if (named && peerId && named !== peerId) return { fault: 'wrongPeer' }
    const whose = named ?? peerId
    if (!whose) return { fault: 'noPeer' }
    return { address: `/${host.name}/${host.value}/tcp/${port.value}/p2p/${whose}`, peerId: whose }
  } catch {
    return { fault: 'malformed' }
  }
}
