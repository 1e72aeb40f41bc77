import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { Libp2p } from 'libp2p'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { networkLimits } from '../../../src/network/limits.ts'
import { peerPrivateKey } from '../../../src/network/peer-key.ts'
import type { PenaltyReason } from '../../../src/network/index.ts'
import { Cluster } from './support.ts'
import type { Identity, TestPeer } from './support.ts'
import { until } from './until.ts'

const ROOT = `0x${'ab'.repeat(32)}` as const
const { budgets, penalties } = networkLimits

let cluster: Cluster
let victim: TestPeer
let honest: TestPeer
let flooder: TestPeer
const spares: Libp2p[] = []

beforeEach(async () => {
  cluster = await Cluster.start(3)
  ;[victim, honest, flooder] = cluster.peers as [TestPeer, TestPeer, TestPeer]
})
afterEach(async () => {
  await Promise.all(spares.splice(0).map(async (node) => node.stop()))
  await cluster[Symbol.asyncDispose]()
})

/** The victim has banned the flooder for this. */
const isCut = async (...reasons: PenaltyReason[]): Promise<void> => {
  const key = flooder.identity.peerKey
  await until(() => victim.node.peers().some(({ peerKey }) => peerKey === key), false)
  const points = reasons.map((reason) => victim.metrics.sum('network_penalties_total', { reason }) * penalties.reasons[reason])
  expect(points.reduce((sum, some) => sum + some, 0)).toBeGreaterThanOrEqual(penalties.ban)
}

/** What the flood was for: the others go on. */
const goesOn = async (): Promise<void> => {
  const message = await honest.commitment(ROOT)
  await honest.say(message)
  await until(() => victim.handled.some(({ kind }) => kind === 'commitment'), true)
  expect(victim.node.peers().map(({ peerKey }) => peerKey)).toEqual([honest.identity.peerKey])
}

/** A node with the keys of a member that does not keep to its own limits. */
async function bareNode({ seed }: Identity): Promise<Libp2p> {
  const node = await createLibp2p({
    privateKey: await peerPrivateKey(seed),
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { reconnectRetries: 0 },
  })
  spares.push(node)
  return node
}

it('messages that are ignored are free up to an allowance; then they cost score, and the peer is cut', async () => {
  const { burst } = budgets.ignored
  const message = await flooder.commitment(ROOT)
  const say = async (round: number): Promise<unknown> => flooder.gossip.publish({ ...message, round: BigInt(round) })
  for (let round = 2; round < 2 + burst; round++) await say(round)
  await until(() => victim.metrics.sum('gossip_messages_total', { verdict: 'ignore' }), burst)
  expect(victim.node.peers()).toHaveLength(2)
  for (let round = 0; round < 8 * penalties.ban; round++) await say(1_000_000 + round)
  await isCut('ignored')
  expect(victim.metrics.sum('gossip_messages_total')).toBeLessThan(burst + 4 * penalties.ban)
  await goesOn()
})

it('who goes on sending what no honest node forwards is cut', async () => {
  for (let i = 0; i <= budgets.rejected.burst; i++)
    await flooder.node.pubsub.publish(flooder.gossip.topic, new Uint8Array([0xff, i]))
  // Gossipsub has stopped listening by now; the frames cost the messages' budget.
  const bytes = new Uint8Array(100).fill(0xff)
  for (let i = 0; i < budgets.messages.burst + 8 * penalties.ban; i++) {
    bytes.set([i >> 8, i & 255], 1)
    await flooder.node.pubsub.publish(flooder.gossip.topic, bytes.slice())
  }
  await isCut('rejected', 'messages')
  await goesOn()
})

it('a peer that connects again and again is refused and cut', async () => {
  await flooder.stop()
  const node = await bareNode(flooder.identity)
  const to = multiaddr(victim.node.addresses()[0])
  const tries = 3 * budgets.dials.burst
  // The dialler is done before it is refused.
  for (let i = 0; i < tries; i++) await node.dial(to, { force: true }).catch(() => {})
  expect(victim.metrics.sum('network_refused_total', { reason: 'tooOften' })).toBeGreaterThan(0)
  await isCut('dials')
  await goesOn()
})

it('a third connection of a peer ends its first', async () => {
  await flooder.stop()
  const node = await bareNode(flooder.identity)
  const to = multiaddr(victim.node.addresses()[0])
  const first = await node.dial(to, { force: true })
  for (let i = 0; i < networkLimits.connections.perPeer; i++) await node.dial(to, { force: true })
  await until(() => first.status === 'open', false)
  await until(() => node.getConnections().length, networkLimits.connections.perPeer)
})

it('a peer that opens streams without end is cut', async () => {
  await flooder.stop()
  const node = await bareNode(flooder.identity)
  const connection = await node.dial(multiaddr(victim.node.addresses()[0]))
  for (let i = 0; i < 4 * budgets.streams.burst && connection.status === 'open'; i++) {
    await connection.newStream('/quorate/sync/1', { maxOutboundStreams: 1e6 }).catch(() => {})
  }
  await isCut('streams')
  await goesOn()
})

it('a peer that asks for rounds without end is cut', async () => {
  for (let i = 0; i < budgets.catchUps.burst + penalties.ban && flooder.node.peers().length === 2; i++)
    await flooder.sync.sync(1n, { peers: [victim.identity.peerKey] })
  await isCut('catchUps')
  await goesOn()
})

it('connections that do not shake hands take only the places of their host', async () => {
  const [, , , port] = victim.node.addresses()[0]!.split('/').slice(1)
  const { pendingPerHost, perHostPerSecond } = networkLimits.connections
  const sockets: Socket[] = []
  for (let i = 0; i < Math.min(perHostPerSecond, pendingPerHost + 8); i++)
    sockets.push(
      connect(Number(port), '127.0.0.1')
        .on('error', () => {})
        .resume(),
    )
  await until(() => victim.metrics.sum('network_refused_total', { reason: 'host' }) > 0, true)
  await until(() => sockets.every((socket) => socket.destroyed), true)
})
