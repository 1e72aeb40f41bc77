import { beforeEach, describe, expect, it } from 'vitest'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { generatePeerSeed, peerIdFromPeerKey, peerKeyFromSeed } from '../../../src/network/index.ts'
import type { PeerKey } from '../../../src/network/index.ts'
import { PeerBook } from '../../../src/network/peer-book.ts'
import { peerPrivateKey } from '../../../src/network/peer-key.ts'
import { sealPeerRecord } from '../../../src/network/peer-record.ts'

const seeds = [generatePeerSeed(), generatePeerSeed()] as const
const [alice, bob] = [await peerKeyFromSeed(seeds[0]), await peerKeyFromSeed(seeds[1])]
const at = (key: PeerKey, host: string): string => `${host}/p2p/${peerIdFromPeerKey(key).toString()}`
const record = async (who: 0 | 1, sequence: bigint, ...addresses: string[]): Promise<Uint8Array> =>
  sealPeerRecord(await peerPrivateKey(seeds[who]), addresses, sequence)

let members: Set<PeerKey>
let own: string[]
let book: PeerBook

beforeEach(() => {
  members = new Set([alice, bob])
  own = []
  book = new PeerBook({
    membership: { memberOfPeer: (key) => (members.has(key) ? { member: `0x${'00'.repeat(20)}`, role: 'member' } : undefined) },
    own: () => own,
    logger: silentLogger,
    metrics: noMetrics,
  })
})

describe('records that an operator passes on', () => {
  it('are judged one by one', async () => {
    const records = [
      new TextEncoder().encode('garbage'),
      await record(0, 1n, '/ip4/203.0.113.7/tcp/4001', '/ip4/0.0.0.0/tcp/1'),
      new Uint8Array(100_000),
      // Addresses that carry another peer's name.
      await record(1, 1n, at(alice, '/ip4/203.0.113.66/tcp/4001'), '/ip4/203.0.113.8/tcp/4001'),
    ]
    expect([...(await book.read(records))]).toEqual([
      [alice, [at(alice, '/ip4/203.0.113.7/tcp/4001')]],
      [bob, [at(bob, '/ip4/203.0.113.8/tcp/4001')]],
    ])
  })

  it('do not bring an earlier address of a peer back', async () => {
    const old = await record(0, 1n, '/ip4/203.0.113.7/tcp/4001')
    await book.read([await record(0, 2n, '/ip4/203.0.113.9/tcp/4001')])
    expect(await book.read([old])).toEqual(new Map())
  })

  it('wait for the registration of their peer', async () => {
    members.delete(bob)
    expect(await book.read([await record(1, 1n, '/ip4/203.0.113.8/tcp/4001')])).toEqual(new Map())
    expect(book.registered()).toEqual(new Map())
    members.add(bob)
    expect(book.registered()).toEqual(new Map([[bob, [at(bob, '/ip4/203.0.113.8/tcp/4001')]]]))
    expect(book.registered()).toEqual(new Map())
  })

  it('lead to this machine only where the node has no address elsewhere', async () => {
    const local = await record(0, 1n, '/ip4/127.0.0.1/tcp/22', '/ip4/10.0.0.7/tcp/4001')
    expect((await book.read([local])).get(alice)).toHaveLength(2)
    own = [at(bob, '/ip4/127.0.0.1/tcp/4001')]
    expect((await book.read([local])).get(alice)).toHaveLength(2)
    own = [at(bob, '/ip4/203.0.113.8/tcp/4001')]
    expect((await book.read([local])).get(alice)).toEqual([at(alice, '/ip4/10.0.0.7/tcp/4001')])
  })
})
