import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { networkLimits, openPeerRecord, peerIdFromPeerKey } from '../../../src/network/index.ts'
import { SEGMENT, toHex } from '../../../src/protocol/index.ts'
import { createIdentity, createPeer, openPlan, Registry } from './support.ts'
import type { Identity, TestPeer } from './support.ts'
import { until } from './until.ts'

/** An update of more bytes than a libp2p relay passes on by default: 128 KiB. */
const SEGMENTS = 60
const ROOT = toHex(new Uint8Array(32).fill(7))
const nameOf = ({ node }: TestPeer): string => peerIdFromPeerKey(node.peerKey).toString()
const connected = (peer: TestPeer, other: TestPeer) => peer.node.peers().find(({ peerKey }) => peerKey === other.node.peerKey)

describe('a member that listens nowhere', () => {
  const registry = new Registry()
  const started: TestPeer[] = []
  let operator: TestPeer
  let hidden: TestPeer
  let open: TestPeer
  let identities: Identity[]

  const start = async (identity: Identity, options: Parameters<typeof createPeer>[3] = {}): Promise<TestPeer> => {
    const plan = openPlan(identities[0]!, identities)
    const peer = await createPeer(identity, registry, plan, options)
    await peer.start()
    started.push(peer)
    return peer
  }

  beforeEach(async () => {
    identities = [await createIdentity(), await createIdentity(), await createIdentity()]
    for (const [index, { peerKey, owner }] of identities.entries())
      registry.register(peerKey, { member: owner, role: index === 0 ? 'operator' : 'member' })
    operator = await start(identities[0]!, { relay: true })
    hidden = await start(identities[1]!, { listen: [] })
    open = await start(identities[2]!, { listen: [], reserve: 'never' })
    await hidden.node.dial(operator.node.addresses())
    await until(() => hidden.node.addresses().length, 1)
  })
  afterEach(async () => {
    await Promise.all(started.splice(0).map(async (peer) => peer.stop()))
  })

  /** The other member reaches the hidden one, which is not told where the other one is. */
  const meet = async (): Promise<void> => {
    await open.node.meet([await hidden.node.record()])
    await until(() => connected(open, hidden)?.relayed, true)
    await until(() => connected(hidden, open)?.relayed, true)
  }

  it('is reached by others through the operator, at an address that it signs', async () => {
    const [address] = hidden.node.addresses()
    const relay = operator.node.addresses()[0]!
    expect(address).toBe(`${relay}/p2p-circuit/p2p/${nameOf(hidden)}`)
    expect(await openPeerRecord(await hidden.node.record())).toMatchObject({ addresses: [address], refused: [] })
    await meet()
    expect(connected(hidden, open)).toMatchObject({ member: open.identity.owner, direction: 'inbound', relayed: true })
    // The member that wants none, and the operator, took no place.
    expect(open.node.addresses()).toEqual([])
    expect(operator.node.addresses()).toEqual([relay])
  })

  it('serves an update, catches up and takes part in gossip through the relay', async () => {
    await meet()
    await until(() => open.gossip.subscribers().includes(hidden.node.peerKey), true)
    await hidden.say(await hidden.commitment(ROOT))
    await until(() => open.state.commitments.size, 1)
    open.apply(await open.commitment(ROOT))
    await hidden.sync.sync(1n, { peers: [open.node.peerKey] })
    await until(() => hidden.state.commitments.size, 2)

    const update = new Uint8Array(SEGMENTS * SEGMENT).map((_, index) => index >> 3)
    const root = hidden.source.add(update)
    const signal = AbortSignal.timeout(50_000)
    const fetched = await open.blobs.fetchUpdate(root, { segments: SEGMENTS, peers: [hidden.node.peerKey], signal })
    expect(Buffer.compare(fetched.bytes, update)).toBe(0)
    expect(operator.metrics.sum('network_relayed_bytes_total')).toBeGreaterThan(update.length)
  })

  it('is no place for strangers, who reach neither the relay nor anybody behind it', async () => {
    const identity = await createIdentity()
    // The stranger takes everyone for a member, itself included.
    const trusting = new Registry()
    for (const [index, { peerKey, owner }] of [...identities, identity].entries())
      trusting.register(peerKey, { member: owner, role: index === 0 ? 'operator' : 'member' })
    await using stranger = await createPeer(identity, trusting, openPlan(identities[0]!, identities), { listen: [] })
    await stranger.start()
    await stranger.node.dial([...operator.node.addresses(), ...hidden.node.addresses()])
    await until(() => operator.metrics.sum('network_refused_total', { direction: 'in', reason: 'stranger' }) > 0, true)
    expect(stranger.node.addresses()).toEqual([])
    expect(hidden.node.peers().map(({ peerKey }) => peerKey)).toEqual([operator.node.peerKey])
  })

  it('loses its place with its membership', async () => {
    registry.evict(hidden.node.peerKey)
    await until(() => hidden.node.addresses(), [])
    expect(operator.node.peers()).toEqual([])
  })

  it('finds the relay again that was away', async () => {
    const port = Number(/tcp\/(\d+)/.exec(operator.node.addresses()[0]!)![1])
    const [address] = hidden.node.addresses()
    started.splice(started.indexOf(operator), 1)
    await operator.stop()
    await until(() => hidden.node.addresses(), [])
    operator = await start(operator.identity, { relay: true, port })
    await until(() => hidden.node.addresses(), [address])
    await meet()
  })

  it('is not reached by who asks the relay too often', async () => {
    const { burst } = networkLimits.budgets.relays
    await open.node.dial(operator.node.addresses())
    await until(() => operator.node.peers().length, 2)
    expect(operator.node.spend(open.node.peerKey, 'relays', burst)).toBe(true)
    await open.node.meet([await hidden.node.record()])
    await until(() => operator.metrics.sum('network_refused_total', { direction: 'relay', reason: 'tooOften' }) > 0, true)
    await until(() => operator.metrics.sum('network_penalties_total', { reason: 'relays' }) > 0, true)
  })

  it('takes a place at operators only', async () => {
    const identity = await createIdentity()
    registry.register(identity.peerKey, { member: identity.owner, role: 'member' })
    const other = await start(identity, { relay: true })
    const also = await createIdentity()
    registry.register(also.peerKey, { member: also.owner, role: 'member' })
    const another = await start(also, { listen: [] })
    await another.node.dial(other.node.addresses())
    await another.node.dial(operator.node.addresses())
    await until(() => another.node.addresses().length, 1)
    expect(another.node.addresses()[0]).toContain(nameOf(operator))
  })

  it('dials back who came through the relay and can be dialled', async () => {
    const identity = await createIdentity()
    registry.register(identity.peerKey, { member: identity.owner, role: 'member' })
    const listening = await start(identity, { reserve: 'never' })
    await listening.node.meet([await hidden.node.record()])
    await until(() => connected(listening, hidden)?.direction, 'inbound')
    expect(connected(hidden, listening)).toMatchObject({ relayed: false, direction: 'outbound' })
  })

  it('drops the relay once it can be dialled, and goes on talking', async () => {
    const identity = await createIdentity()
    registry.register(identity.peerKey, { member: identity.owner, role: 'member' })
    const moved = await start(identity, { reserve: 'always' })
    await moved.node.dial(operator.node.addresses())
    await until(() => moved.node.addresses().length, 2)
    const [direct, relayed] = moved.node.addresses()
    await open.node.dial([relayed!])
    await until(() => connected(open, moved)?.relayed, true)
    await until(() => open.gossip.subscribers().includes(moved.node.peerKey), true)
    await open.node.dial([direct!])
    await until(() => [connected(open, moved)?.relayed, connected(moved, open)?.relayed], [false, false])
    started.splice(started.indexOf(operator), 1)
    await operator.stop()
    await open.say(await open.commitment(ROOT))
    await until(() => moved.state.commitments.size, 1)
  })
})
