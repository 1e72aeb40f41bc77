import { execFile } from 'node:child_process'
import os from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { createNetworkNode } from '../../../src/network/index.ts'
import { Cluster, createIdentity, createPeer, Registry } from './support.ts'
import { until } from './until.ts'

describe('network node', () => {
  let cluster: Cluster
  beforeEach(async () => {
    cluster = await Cluster.start(3)
  })
  afterEach(async () => {
    await cluster[Symbol.asyncDispose]()
  })

  it('knows its connected members by owner and role', () => {
    const [operator, one, two] = cluster.peers
    const seen = new Map(one!.node.peers().map((peer) => [peer.peerKey, peer]))
    expect([...seen.keys()].toSorted()).toEqual([operator!.node.peerKey, two!.node.peerKey].toSorted())
    expect(seen.get(operator!.node.peerKey)).toMatchObject({ member: operator!.identity.owner, role: 'operator', score: 0 })
  })

  it('refuses a stranger, who comes in once it is registered', async () => {
    const [operator] = cluster.peers
    const identity = await createIdentity()
    // The stranger takes everyone for a member, itself included.
    const trusting = new Registry()
    for (const { peerKey, owner } of [identity, ...cluster.identities])
      trusting.register(peerKey, { member: owner, role: 'member' })
    await using stranger = await createPeer(identity, trusting, cluster.plan)
    await stranger.start()
    await stranger.node.dial(operator!.node.addresses())
    await until(() => operator!.metrics.sum('network_refused_total', { direction: 'in', reason: 'stranger' }) > 0, true)
    expect(operator!.node.peers().map(({ peerKey }) => peerKey)).not.toContain(identity.peerKey)
    await until(() => stranger.node.peers(), [])

    cluster.registry.register(identity.peerKey, { member: identity.owner, role: 'member' })
    // The stranger's own redialling brings it in.
    await until(() => operator!.node.peers().some(({ peerKey }) => peerKey === identity.peerKey), true)
  })

  it('does not dial strangers', async () => {
    const [operator] = cluster.peers
    const identity = await createIdentity()
    await using stranger = await createPeer(identity, new Registry(), cluster.plan)
    await stranger.start()
    expect(await operator!.node.dial(stranger.node.addresses())).toBe(0)
    expect(operator!.metrics.sum('network_refused_total', { direction: 'out', reason: 'stranger' })).toBeGreaterThan(0)
  })

  it('closes the connections of an evicted member', async () => {
    const [operator, evicted, other] = cluster.peers
    cluster.registry.evict(evicted!.node.peerKey)
    for (const peer of [operator, other]) {
      await until(() => peer!.gossip.subscribers().includes(evicted!.node.peerKey), false)
      expect(peer!.node.peers().map(({ peerKey }) => peerKey)).not.toContain(evicted!.node.peerKey)
    }
    await expect(
      operator!.node.openStream(evicted!.node.peerKey, '/quorate/blob/1', AbortSignal.timeout(1000)),
    ).rejects.toMatchObject({
      code: 'PEER_UNREACHABLE',
    })
  })

  it('finds a peer again that was restarted at the same address', async () => {
    const [operator, member] = cluster.peers
    const address = operator!.node.addresses()[0]!
    const port = /tcp\/(\d+)/.exec(address)![1]!
    const { identity } = operator!
    await cluster.remove(operator!)
    await until(() => member!.node.peers().length, 1)
    const again = await createPeer(identity, cluster.registry, cluster.plan, { port: Number(port) })
    await again.start()
    cluster.peers.push(again)
    // The others dial it: it knows no address.
    await until(() => again.node.peers().length, 2)
    expect(again.node.peers().every(({ direction }) => direction === 'inbound')).toBe(true)
  })

  it('cuts off and refuses who misbehaved too often', async () => {
    const [operator, liar] = cluster.peers
    operator!.node.penalise(liar!.node.peerKey, 'badSegment')
    // Gossipsub computes scores once a heartbeat.
    await until(() => operator!.node.score(liar!.node.peerKey) < -50, true)
    operator!.node.penalise(liar!.node.peerKey, 'badSegment')
    await until(() => operator!.node.peers().some(({ peerKey }) => peerKey === liar!.node.peerKey), false)
    await until(() => operator!.metrics.sum('network_refused_total', { reason: 'banned' }) > 0, true)
    expect(operator!.node.peers()).toHaveLength(1)
  })

  it('names a bad address before it dials', async () => {
    const [operator, member] = cluster.peers
    await expect(operator!.node.dial(['/ip4/127.0.0.1/tcp/1'])).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(operator!.node.dial(['nonsense'])).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await operator!.node.dial([...operator!.node.addresses(), ...member!.node.addresses()])).toBe(1)
  })

  it('meets peers by the records that they signed, whatever else is passed on with them', async () => {
    const [operator, liar] = cluster.peers
    const identity = await createIdentity()
    cluster.registry.register(identity.peerKey, { member: identity.owner, role: 'member' })
    await using peer = await createPeer(identity, cluster.registry, cluster.plan)
    await peer.start()
    const record = await operator!.node.record()
    const changed = record.slice()
    changed[changed.length - 1]! ^= 1
    await peer.node.meet([new TextEncoder().encode('garbage'), changed, new Uint8Array(), record])
    await until(() => peer.node.peers().map(({ peerKey }) => peerKey), [operator!.node.peerKey])
    expect(peer.metrics.sum('network_addresses_refused_total', { reason: 'record' })).toBe(3)
    expect(liar!.node.peers().some(({ peerKey }) => peerKey === identity.peerKey)).toBe(false)
  })

  it('tells the address of every interface that it listens on, a public one too', async () => {
    const identity = await createIdentity()
    const net = (address: string) => ({ address, family: 'IPv4' as const, internal: address.startsWith('127.') })
    const interfaces = { lo: [net('127.0.0.1')], eth0: [net('10.0.0.7')], eth1: [net('8.8.4.4')] }
    vi.spyOn(os, 'networkInterfaces').mockReturnValue(interfaces as never)
    onTestFinished(() => void vi.restoreAllMocks())
    const options = { topics: [], membership: cluster.registry, logger: silentLogger, metrics: noMetrics }
    const node = await createNetworkNode({ ...options, seed: identity.seed, listen: ['/ip4/0.0.0.0/tcp/0'] })
    expect(node.addresses()).toEqual([])
    await node.start()
    onTestFinished(async () => node.stop())
    expect(node.addresses()).toEqual([
      expect.stringMatching(/^\/ip4\/8\.8\.4\.4\/tcp\/\d+\/p2p\/12D3Koo\w+$/),
      expect.stringMatching(/^\/ip4\/10\.0\.0\.7\/tcp\/\d+\/p2p\/12D3Koo\w+$/),
    ])
  })

  it('starts and stops twice', async () => {
    const [operator, member] = cluster.peers
    await member!.stop()
    await member!.stop()
    await until(() => operator!.node.peers().length, 1)
    await member!.start()
    expect(await member!.node.dial(operator!.node.addresses())).toBe(1)
  })
})

describe('stop', () => {
  it('leaves nothing that keeps a process alive', async () => {
    const program = join(import.meta.dirname, 'one-life.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 50_000 })
    expect(stdout).toBe('stopped\n')
  })
})
