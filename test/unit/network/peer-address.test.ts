import { describe, expect, it } from 'vitest'
import { generatePeerSeed, peerIdFromPeerKey, peerKeyFromSeed } from '../../../src/network/index.ts'
import { networkLimits } from '../../../src/network/limits.ts'
import { mostUseful, OwnAddresses } from '../../../src/network/own-addresses.ts'
import { judgePeerAddress } from '../../../src/network/peer-address.ts'
import { reachOf } from '../../../src/network/reach.ts'

const newPeerId = async (): Promise<string> => peerIdFromPeerKey(await peerKeyFromSeed(generatePeerSeed())).toString()
const peerId = await newPeerId()
const other = await newPeerId()
const third = await newPeerId()
const listening = (...addresses: string[]) => ({ getAddrs: () => addresses }) as never

describe('an address that a peer names', () => {
  it.each(['/ip4/203.0.113.7/tcp/4001', '/ip6/2001:db8::7/tcp/4001', '/dns4/node.example.org/tcp/4001', '/ip4/127.0.0.1/tcp/1'])(
    '%s can be dialled, with the peer that it belongs to',
    (text) => {
      const address = `${text}/p2p/${peerId}`
      expect(judgePeerAddress(text, peerId)).toEqual({ address, peerId })
      expect(judgePeerAddress(address, peerId)).toEqual({ address, peerId })
      expect(judgePeerAddress(address)).toEqual({ address, peerId })
      expect(judgePeerAddress(text)).toEqual({ fault: 'noPeer' })
      expect(judgePeerAddress(address, other)).toEqual({ fault: 'wrongPeer' })
    },
  )

  it.each(['/ip6/2001:db8::7/tcp/4001', '/dns4/node.example.org/tcp/4001'])('%s leads to it through a relay', (text) => {
    const address = `${text}/p2p/${other}/p2p-circuit/p2p/${peerId}`
    const judged = { address, peerId, relay: other }
    expect(judgePeerAddress(`${text}/p2p/${other}/p2p-circuit`, peerId)).toEqual(judged)
    expect(judgePeerAddress(address, peerId)).toEqual(judged)
    expect(judgePeerAddress(address)).toEqual(judged)
    expect(judgePeerAddress(`${text}/p2p/${other}/p2p-circuit`)).toEqual({ fault: 'noPeer' })
  })

  it.each([
    ['nonsense', 'malformed'],
    ['/ip4/1.2.3.4/tcp/70000', 'malformed'],
    ['/ip4/1.2.3.4/tcp/1/p2p/nobody', 'malformed'],
    ['', 'notDialable'],
    ['/ip4/1.2.3.4', 'notDialable'],
    ['/ip4/1.2.3.4/tcp/0', 'notDialable'],
    ['/ip4/1.2.3.4/udp/1/quic-v1', 'notDialable'],
    ['/ip4/1.2.3.4/tcp/1/ws', 'notDialable'],
    ['/ip4/0.0.0.0/tcp/1', 'notDialable'],
    ['/ip6/::/tcp/1', 'notDialable'],
    ['/ip4/169.254.169.254/tcp/80', 'notDialable'],
    ['/ip6/fe80::1/tcp/1', 'notDialable'],
    ['/ip4/224.0.0.1/tcp/1', 'notDialable'],
    ['/dns4/%2fetc/tcp/1', 'notDialable'],
    ['/unix/%2ftmp%2fx', 'notDialable'],
    [`/ip4/1.2.3.4/tcp/1/p2p-circuit/p2p/${peerId}`, 'notDialable'],
    [`/ip4/1.2.3.4/tcp/1/p2p/${peerId}/p2p-circuit`, 'notDialable'],
    [`/ip4/1.2.3.4/tcp/1/p2p/${other}/p2p-circuit/p2p/${other}`, 'wrongPeer'],
    [`/ip4/0.0.0.0/tcp/1/p2p/${other}/p2p-circuit`, 'notDialable'],
    [`/ip4/1.2.3.4/tcp/1/p2p/${other}/p2p-circuit/p2p/${third}/p2p-circuit`, 'notDialable'],
    [`/p2p/${other}/p2p-circuit`, 'notDialable'],
    [`/dns4/${'a'.repeat(networkLimits.addresses.characters)}/tcp/1`, 'tooLong'],
  ])('%s is refused: %s', (text, fault) => {
    expect(judgePeerAddress(text, peerId)).toEqual({ fault })
  })
})

describe('what a node tells of itself', () => {
  const own = (announce?: string[]) => new OwnAddresses({ peerId, announce })

  it('is where it listens, public addresses too', () => {
    const addresses = own()
    const listener = listening('/ip4/127.0.0.1/tcp/4001', '/ip4/10.0.0.7/tcp/4001', '/ip4/203.0.113.7/tcp/4001')
    addresses.opened(listener)
    expect(addresses.list()).toEqual([`/ip4/203.0.113.7/tcp/4001/p2p/${peerId}`, `/ip4/10.0.0.7/tcp/4001/p2p/${peerId}`])
    addresses.closed(listener)
    expect(addresses.list()).toEqual([])
  })

  it('is what it is told to announce instead, in that order', () => {
    const addresses = own(['/dns4/b.example/tcp/4001', `/ip4/203.0.113.7/tcp/30401/p2p/${peerId}`])
    addresses.opened(listening('/ip4/198.51.100.1/tcp/4001'))
    expect(addresses.list()).toEqual([`/dns4/b.example/tcp/4001/p2p/${peerId}`, `/ip4/203.0.113.7/tcp/30401/p2p/${peerId}`])
  })

  it('is where relays stand for it, after what can be dialled', () => {
    const relayed = [1, 2, 3].map((port) => `/ip4/198.51.100.${port}/tcp/1/p2p/${other}/p2p-circuit/p2p/${peerId}`)
    const addresses = new OwnAddresses({ peerId, relayed: () => relayed })
    expect(addresses.list()).toEqual(relayed)
    addresses.opened(listening('/ip4/127.0.0.1/tcp/1'))
    expect(addresses.list()).toEqual(relayed)
    const many = Array.from({ length: 30 }, (_, index) => `/ip4/10.0.0.${index + 1}/tcp/4001`)
    addresses.opened(listening(...many, relayed[0]!))
    expect(addresses.direct()).toHaveLength(30)
    expect(addresses.list()).toEqual([...many.slice(0, 5).map((address) => `${address}/p2p/${peerId}`), ...relayed])
  })

  it('is never more than others take', () => {
    const many = Array.from({ length: 30 }, (_, index) => `/ip4/10.0.0.${index + 1}/tcp/4001`)
    const addresses = own()
    addresses.opened(listening(...many, '/ip4/203.0.113.7/tcp/4001'))
    expect(addresses.list()).toHaveLength(8)
    expect(addresses.list()[0]).toContain('203.0.113.7')
    expect(own(many).list()).toHaveLength(8)
  })

  it.each([
    ['/ip4/0.0.0.0/tcp/4001', 'notDialable'],
    [`/ip4/203.0.113.7/tcp/4001/p2p/${other}`, 'wrongPeer'],
    [`/ip4/203.0.113.7/tcp/4001/p2p/${other}/p2p-circuit`, 'notDialable'],
  ])('cannot be %s', (address, fault) => {
    const invalid = { code: 'CONFIG_INVALID', details: { field: 'p2p.announce', address, fault } }
    expect(() => own([address])).toThrow(expect.objectContaining(invalid))
  })

  it('is a loopback address only if there is nothing better', () => {
    const loopback = [`/ip4/127.0.0.1/tcp/1/p2p/${peerId}`, `/ip6/::1/tcp/1/p2p/${peerId}`]
    expect(mostUseful([...loopback, loopback[0]!])).toEqual(loopback)
    const named = `/dns4/node.example/tcp/1/p2p/${peerId}`
    expect(mostUseful([...loopback, named])).toEqual([named])
  })
})

it.each([
  ['203.0.113.7', 'public'],
  ['172.15.0.1', 'public'],
  ['172.16.0.1', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['fd00::1', 'private'],
  ['2001:db8::1', 'public'],
  ['127.1.2.3', 'loopback'],
  ['::1', 'loopback'],
  ['::', 'none'],
  ['169.254.1.1', 'none'],
  ['fe80::1', 'none'],
  ['239.1.1.1', 'none'],
  ['ff02::1', 'none'],
])('%s is %s', (ip, reach) => {
  expect(reachOf(ip)).toBe(reach)
})
