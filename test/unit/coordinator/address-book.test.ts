import { beforeEach, expect, it } from 'vitest'
import { AddressBook } from '../../../coordinator/services/address-book.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { generatePeerSeed, peerKeyFromSeed } from '../../../src/network/index.ts'
import { peerPrivateKey } from '../../../src/network/peer-key.ts'
import { sealPeerRecord } from '../../../src/network/peer-record.ts'
import { createMetrics } from '../../../src/observe/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'

const ALICE: Address = `0x${'A1'.repeat(20)}`
const BOB: Address = `0x${'b2'.repeat(20)}`
const seeds = { alice: generatePeerSeed(), bob: generatePeerSeed() }
const keys = { alice: await peerKeyFromSeed(seeds.alice), bob: await peerKeyFromSeed(seeds.bob) }
const record = async (who: keyof typeof seeds, ...addresses: string[]): Promise<Uint8Array> =>
  sealPeerRecord(await peerPrivateKey(seeds[who]), addresses, 1n)

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

it('a member is told which of its addresses are of no use and why, and the others stay', async () => {
  const bobs = await record('bob', '/ip4/10.0.0.2/tcp/4001')
  expect(await book.announce(BOB, keys.bob, bobs)).toEqual([])
  const alices = await record('alice', '/ip4/203.0.113.7/tcp/4001', '/ip4/0.0.0.0/tcp/4001', '/ip4/1.2.3.4/udp/1')
  expect(await book.announce(ALICE, keys.alice, alices)).toEqual([
    { address: '/ip4/0.0.0.0/tcp/4001', reason: 'notDialable' },
    { address: '/ip4/1.2.3.4/udp/1', reason: 'notDialable' },
  ])
  expect(book.all()).toEqual([bobs, alices])
  expect(await refused('notDialable')).toBe(2)
})

it('nobody speaks for another node: a record of another peer, a changed one and garbage are refused', async () => {
  const alices = await record('alice', '/ip4/203.0.113.7/tcp/4001')
  expect(await book.announce(BOB, keys.bob, alices)).toEqual([{ address: '', reason: 'KEY_NOT_REGISTERED' }])
  const changed = alices.slice()
  changed[changed.length - 1]! ^= 1
  expect(await book.announce(ALICE, keys.alice, changed)).toEqual([{ address: '', reason: 'SIGNATURE_INVALID' }])
  const garbage = new TextEncoder().encode('garbage')
  expect(await book.announce(ALICE, keys.alice, garbage)).toEqual([{ address: '', reason: 'MESSAGE_MALFORMED' }])
  expect(await book.announce(ALICE, keys.alice, new Uint8Array(5000))).toEqual([{ address: '', reason: 'MESSAGE_TOO_LARGE' }])
  expect(book.all()).toEqual([])
  expect(await refused('SIGNATURE_INVALID')).toBe(1)
})

it('more addresses than eight cost the member the rest of them only', async () => {
  const many = await record('alice', ...Array.from({ length: 10 }, (_, index) => `/ip4/10.0.0.${index + 1}/tcp/4001`))
  expect(await book.announce(ALICE, keys.alice, many)).toEqual([
    { address: '/ip4/10.0.0.9/tcp/4001', reason: 'tooMany' },
    { address: '/ip4/10.0.0.10/tcp/4001', reason: 'tooMany' },
  ])
  expect(book.all()).toEqual([many])
})

it('a member that announces again moves, and one without addresses is at none', async () => {
  await book.announce(ALICE, keys.alice, await record('alice', '/ip4/10.0.0.1/tcp/4001'))
  const moved = await record('alice', '/ip4/10.0.0.9/tcp/4001')
  await book.announce(ALICE.toLowerCase() as Address, keys.alice, moved)
  expect(book.all()).toEqual([moved])
  expect(await book.announce(ALICE, keys.alice, new Uint8Array())).toEqual([])
  expect(book.all()).toEqual([])
})

it('who left, or has another node now, is forgotten', async () => {
  const alices = await record('alice', '/ip4/10.0.0.1/tcp/4001')
  await book.announce(ALICE, keys.alice, alices)
  await book.announce(BOB, keys.bob, await record('bob', '/ip4/10.0.0.2/tcp/4001'))
  registered.delete(BOB)
  expect(book.all()).toEqual([alices])
  registered.set(ALICE.toLowerCase(), keys.bob)
  expect(book.all()).toEqual([])
})
