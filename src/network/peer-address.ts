import { isIP } from 'node:net'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { Component } from '@multiformats/multiaddr'
import { networkLimits } from './limits.ts'
import { reachOf } from './reach.ts'

/** Why an address is of no use to others. Also a metric label. */
export type AddressFault = 'tooLong' | 'malformed' | 'notDialable' | 'noPeer' | 'wrongPeer'

/** `relay`: the peer through whom the address leads; absent for a direct address. */
export type JudgedAddress = { address: string; peerId: string; relay?: string } | { fault: AddressFault }

const HOSTS: readonly string[] = ['ip4', 'ip6', 'dns', 'dns4', 'dns6']
const NAME = /^[\w.-]+$/

/**
 * Judges one address that somebody wants dialled: `/<ip or dns name>/tcp/<port>`, with or without `/p2p/<peer id>`, or the same of a
 * relay and behind it `/p2p/<relay>/p2p-circuit`. No other transport, no address of several machines, no relay behind a relay.
 *
 * @param peerId whose address it must be; it is appended where the address names no peer. Without it the address must name one.
 * @example judgePeerAddress('/dns4/node.example/tcp/4001', peerId)
 */
export function judgePeerAddress(text: string, peerId?: string): JudgedAddress {
  if (text.length > networkLimits.addresses.characters) return { fault: 'tooLong' }
  try {
    const [host, port, ...after] = multiaddr(text).getComponents()
    if (!host?.value || !HOSTS.includes(host.name) || port?.name !== 'tcp') return { fault: 'notDialable' }
    const relay = after[1]?.name === 'p2p-circuit' ? namedPeer(after[0]) : undefined
    const [peer, ...rest] = relay ? after.slice(2) : after
    if (rest.length > 0 || (peer && peer.name !== 'p2p')) return { fault: 'notDialable' }
    const reachable = isIP(host.value) ? reachOf(host.value) !== 'none' : NAME.test(host.value)
    if (Number(port.value) === 0 || !reachable) return { fault: 'notDialable' }
    const named = namedPeer(peer)
    if (named && peerId && named !== peerId) return { fault: 'wrongPeer' }
    const whose = named ?? peerId
    if (!whose) return { fault: 'noPeer' }
    if (relay === whose) return { fault: 'notDialable' }
    const way = `/${host.name}/${host.value}/tcp/${port.value}`
    if (relay) return { address: `${way}/p2p/${relay}/p2p-circuit/p2p/${whose}`, peerId: whose, relay }
    return { address: `${way}/p2p/${whose}`, peerId: whose }
  } catch {
    return { fault: 'malformed' }
  }
}

function namedPeer(component: Component | undefined): string | undefined {
  return component?.name === 'p2p' && component.value ? peerIdFromString(component.value).toString() : undefined
}
