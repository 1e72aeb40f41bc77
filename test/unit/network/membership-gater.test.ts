import type { ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { beforeEach, describe, expect, it } from 'vitest'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { networkLimits, peerIdFromPeerKey } from '../../../src/network/index.ts'
import type { PeerKey, PeerMember } from '../../../src/network/index.ts'
import { HostGate } from '../../../src/network/host-gate.ts'
import { membershipGater } from '../../../src/network/membership-gater.ts'

const keyOf = (byte: number): PeerKey => `0x${byte.toString(16).padStart(64, '0')}`
const [operator, member, other, stranger] = [keyOf(1), keyOf(2), keyOf(3), keyOf(4)]
const id = peerIdFromPeerKey
const owner = `0x${'11'.repeat(20)}` as const
const members = new Map<PeerKey, PeerMember>([
  [operator, { member: owner, role: 'operator' }],
  [member, { member: owner, role: 'member' }],
  [other, { member: owner, role: 'member' }],
])

/** A connection that ends here, from behind the operator's relay or from its machine. */
const from = (behind?: PeerKey): MultiaddrConnection => {
  const host = `/ip4/203.0.113.7/tcp/4001/p2p/${id(operator).toString()}`
  const remoteAddr = multiaddr(behind ? `${host}/p2p-circuit/p2p/${id(behind).toString()}` : '/ip4/203.0.113.7/tcp/55555')
  return { remoteAddr, addEventListener: () => {} } as unknown as MultiaddrConnection
}

describe('connections through a relay', () => {
  const banned = new Set<PeerKey>()
  let gater: Required<ConnectionGater>
  let relays: PeerKey[]

  beforeEach(() => {
    banned.clear()
    relays = []
    gater = membershipGater({
      membership: { memberOfPeer: (key) => members.get(key) },
      penalties: { banned: (key) => banned.has(key) },
      hosts: new HostGate(),
      mayDial: () => true,
      mayRelay: (key) => relays.push(key) <= 2,
      logger: silentLogger,
      metrics: noMetrics,
    }) as Required<ConnectionGater>
  })

  it('come from members only, through operators only', () => {
    expect(gater.denyInboundRelayedConnection(id(operator), id(member))).toBe(false)
    expect(gater.denyInboundRelayedConnection(id(operator), id(stranger))).toBe(true)
    expect(gater.denyInboundRelayedConnection(id(member), id(other))).toBe(true)
    expect(gater.denyInboundRelayedConnection(id(stranger), id(other))).toBe(true)
    banned.add(member)
    expect(gater.denyInboundRelayedConnection(id(operator), id(member))).toBe(true)
  })

  it('are passed on between members who are not banned', () => {
    expect(gater.denyInboundRelayReservation(id(stranger))).toBe(true)
    expect(gater.denyOutboundRelayedConnection(id(stranger), id(member))).toBe(true)
    expect(gater.denyOutboundRelayedConnection(id(member), id(stranger))).toBe(true)
    banned.add(other)
    expect(gater.denyInboundRelayReservation(id(other))).toBe(true)
    expect(gater.denyOutboundRelayedConnection(id(member), id(other))).toBe(true)
  })

  it('cost the member who asks for them', () => {
    expect(gater.denyInboundRelayReservation(id(member))).toBe(false)
    expect(gater.denyOutboundRelayedConnection(id(member), id(other))).toBe(false)
    expect(gater.denyOutboundRelayedConnection(id(member), id(other))).toBe(true)
    expect(relays).toEqual([member, member, member])
  })

  it('do not cost the relay: who fails behind it is held back, and nobody else', async () => {
    banned.add(member)
    for (let i = 0; i <= networkLimits.refused.burst + networkLimits.refused.whileHotPerSecond; i++) {
      const connection = from(member)
      if (!(await gater.denyInboundConnection(connection))) await gater.denyInboundEncryptedConnection(id(member), connection)
    }
    expect(await gater.denyInboundConnection(from(member))).toBe(true)
    expect(await gater.denyInboundConnection(from(other))).toBe(false)
    expect(await gater.denyInboundConnection(from())).toBe(false)
  })
})
