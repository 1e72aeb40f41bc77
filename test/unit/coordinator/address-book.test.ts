import { beforeEach, expect, it } from 'vitest'
import { AddressBook } from '../../../coordinator/services/address-book.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { generatePeerSeed, peerIdFromPeerKey, peerKeyFromSeed } from '../../../src/network/index.ts'
import { createMetrics } from '../../../src/observe/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'

const ALICE: Address = `0x${'A1'.repeat(20)}`
const BOB: Address = `0x${'b2'.repeat(20)}`
const keys = { alice: await peerKeyFromSeed(generatePeerSeed()), bob: await peerKeyFromSeed(generatePeerSeed()) }
const at = (key: Hash, host: string): string => `${host}/p2p/${peerIdFromPeerKey(key).toString()}`

let registered: Map<string, Hash>
let metrics: ReturnType<typeof createMetrics>
let book: AddressBook

beforeEach(() => {
  registered = new Map([
    [ALICE.toLowerCase(), keys.alice],
    [BOB, keys.bob],
  ])
  metrics = createMetrics({ strict: true })
  const membership = {
    account: (member: Address) => {
      const peerKey = registered.get(member.toLowerCase())
      return peerKey && { peerKey }
    },
  }
  book = new AddressBook({ membership, logger: silentLogger, metrics })
})

const refused = async (reason: string): Promise<number> =>
  Number(new RegExp(`addresses_refused_total{reason="${reason}"} (\\d+)`).exec(await metrics.text())?.[1] ?? 0)

it('each address is judged by itself: bad ones are dropped and counted, the others stay', async () => {
  book.announce(BOB, keys.bob, ['/ip4/10.0.0.2/tcp/4001'])
  book.announce(ALICE, keys.alice, [
    'nonsense',
    '/ip4/203.0.113.7/tcp/4001',
    at(keys.bob, '/ip4/203.0.113.8/tcp/4001'),
    '/ip4/0.0.0.0/tcp/4001',
    `/dns4/${'a'.repeat(300)}/tcp/1`,
    at(keys.alice, '/dns4/alice.example/tcp/4001'),
  ])
  expect(book.all()).toEqual([
    at(keys.bob, '/ip4/10.0.0.2/tcp/4001'),
    at(keys.alice, '/ip4/203.0.113.7/tcp/4001'),
    at(keys.alice, '/dns4/alice.example/tcp/4001'),
  ])
  for (const reason of ['malformed', 'wrongPeer', 'notDialable', 'tooLong']) expect(await refused(reason)).toBe(1)
})

it('more addresses than eight cost the member the rest of them only', async () => {
  book.announce(
    ALICE,
    keys.alice,
    Array.from({ length: 20 }, (_, index) => `/ip4/10.0.0.${index + 1}/tcp/4001`),
  )
  expect(book.all()).toEqual(Array.from({ length: 8 }, (_, index) => at(keys.alice, `/ip4/10.0.0.${index + 1}/tcp/4001`)))
  expect(await refused('tooMany')).toBe(12)
})

it('a member that announces again moves, and one without addresses is at none', () => {
  book.announce(ALICE, keys.alice, ['/ip4/10.0.0.1/tcp/4001'])
  book.announce(ALICE.toLowerCase() as Address, keys.alice, ['/ip4/10.0.0.9/tcp/4001'])
  expect(book.all()).toEqual([at(keys.alice, '/ip4/10.0.0.9/tcp/4001')])
  book.announce(ALICE, keys.alice, [])
  expect(book.all()).toEqual([])
})

it('who left, or has another node now, is forgotten', () => {
  book.announce(ALICE, keys.alice, ['/ip4/10.0.0.1/tcp/4001'])
  book.announce(BOB, keys.bob, ['/ip4/10.0.0.2/tcp/4001'])
  registered.delete(BOB)
  expect(book.all()).toEqual([at(keys.alice, '/ip4/10.0.0.1/tcp/4001')])
  registered.set(ALICE.toLowerCase(), keys.bob)
  expect(book.all()).toEqual([])
})
