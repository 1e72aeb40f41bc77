import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { networkLimits, peerIdFromPeerKey } from '../../../src/network/index.ts'
import { toHex, viaSignature } from '../../../src/protocol/index.ts'
import type { Message } from '../../../src/protocol/index.ts'
import { encodeGossip } from '../../../src/network/gossip/decode-gossip.ts'
import { Cluster } from './support.ts'
import type { TestPeer } from './support.ts'
import { until } from './until.ts'

const ROOT = toHex(new Uint8Array(32).fill(7))

/** Whether gossipsub at `peer` still reads what `other` sends. */
function hears(peer: TestPeer, other: TestPeer): boolean {
  const pubsub = peer.node.pubsub as typeof peer.node.pubsub & { acceptFrom(id: string): boolean }
  return pubsub.acceptFrom(peerIdFromPeerKey(other.node.peerKey).toString())
}

const received = (peer: TestPeer, labels: Record<string, string>): number => peer.metrics.sum('gossip_messages_total', labels)

describe('gossip over TCP', () => {
  let cluster: Cluster
  let peers: TestPeer[]

  beforeEach(async () => {
    cluster = await Cluster.start(4)
    peers = cluster.peers
  })
  afterEach(async () => {
    await cluster[Symbol.asyncDispose]()
  })

  it('brings an accepted statement to every other member once', async () => {
    const [, author, ...others] = peers as [TestPeer, TestPeer, TestPeer, TestPeer]
    const message = await author.commitment(ROOT)
    expect(await author.say(message)).toBe(3)
    for (const peer of [peers[0]!, ...others]) {
      await until(() => peer.handled, [message])
      expect(received(peer, { kind: 'commitment', verdict: 'accept', code: 'OK' })).toBe(1)
      expect(peer.node.score(author.node.peerKey)).toBeGreaterThanOrEqual(0)
    }
    // The same statement again is known by its author and bytes: nothing is sent.
    expect(await author.gossip.publish(message)).toBe(0)
  })

  it('walks a whole round through all kinds it needs', async () => {
    const [operator, ...members] = peers as [TestPeer, ...TestPeer[]]
    for (const member of members) await member.say(await member.commitment(ROOT))
    await until(() => operator.state.commitments.size, 3)
    const list = await operator.seal()
    for (const peer of peers) peer.sealed(list)
    await operator.say(list)
    for (const peer of peers) await until(() => peer.state.seal?.rows.length, 3)
    for (const member of members) await member.say(await member.reveal(ROOT))
    for (const peer of peers) await until(() => peer.state.reveals.size, 3)
    for (const peer of peers) expect(received(peer, { verdict: 'reject' })).toBe(0)
  })

  it('ignores what is innocent without blame', async () => {
    const [operator, author] = peers as [TestPeer, TestPeer]
    const message = await author.commitment(ROOT)
    await author.gossip.publish({ ...message, round: 99n })
    await until(() => received(operator, { verdict: 'ignore', code: 'MESSAGE_WRONG_ROUND' }), 1)
    expect(operator.node.score(author.node.peerKey)).toBe(0)
    expect(operator.handled).toEqual([])
  })

  it('keeps an early statement until the round has moved on', async () => {
    const [operator, author, other] = peers as [TestPeer, TestPeer, TestPeer]
    const commitment = await author.commitment(ROOT)
    for (const peer of peers) peer.apply(commitment)
    await author.gossip.publish(await author.reveal(ROOT))
    await until(() => received(other, { kind: 'reveal', code: 'MESSAGE_EARLY' }), 1)
    const list = await operator.seal()
    for (const peer of peers) peer.sealed(list)
    await operator.say(list)
    await until(() => other.state.seal?.rows.length, 1)
    await other.gossip.recheck()
    await other.gossip.settled()
    expect(other.state.reveals.size).toBe(1)
    expect(received(other, { kind: 'reveal', verdict: 'accept' })).toBe(1)
  })

  it('rejects bad signatures, foreign statements and garbage, and stops listening to who persists', async () => {
    const [operator, victim, attacker] = peers as [TestPeer, TestPeer, TestPeer]
    const bad = { ...(await attacker.commitment(ROOT)), signature: `0x${'01'.repeat(64)}1b` as const } as Message
    await attacker.gossip.publish(bad)
    await until(() => received(operator, { verdict: 'reject', code: 'SIGNATURE_INVALID' }), 1)

    // The victim's own words in the attacker's envelope are rejected, and do not keep the authentic ones out.
    const stolen = await victim.commitment(ROOT)
    await attacker.gossip.publish(stolen)
    await until(() => received(operator, { verdict: 'reject', code: 'ORIGIN_MISMATCH' }), 1)
    await victim.say(stolen)
    await until(() => operator.handled, [stolen])

    const raw = async (bytes: Uint8Array): Promise<unknown> => attacker.node.pubsub.publish(attacker.gossip.topic, bytes)
    await raw(new Uint8Array([0xff, 1, 2, 3]))
    await raw(new Uint8Array([0x0a, 0x7f, 1]))
    await raw(encodeGossip(bad).subarray(0, 60))
    await until(() => received(operator, { verdict: 'reject', code: 'MESSAGE_MALFORMED' }), 3)
    await raw(Uint8Array.from({ length: networkLimits.gossip.commitment.maxBytes + 1 }, (_, i) => (i === 0 ? 0x0a : i)))
    await until(() => received(operator, { verdict: 'reject', code: 'MESSAGE_TOO_LARGE' }), 1)
    await until(() => operator.node.score(attacker.node.peerKey) < -16, true)

    for (let i = 0; i < 8; i++) await raw(new Uint8Array([0xff, i]))
    for (const peer of peers.filter((other) => other !== attacker)) await until(() => hears(peer, attacker), false)
    // From now on its frames are dropped unread, even a proper statement. The catch-up on the same connection comes after it.
    const counted = received(operator, {})
    await attacker.gossip.publish(await attacker.commitment(ROOT))
    await attacker.sync.sync(1n, { peers: [operator.node.peerKey] })
    expect(received(operator, {})).toBe(counted)
    expect(operator.handled).toEqual([stolen])
    expect(operator.node.score(victim.node.peerKey)).toBeGreaterThanOrEqual(0)
  })

  it('ignores the statements of who is not registered here', async () => {
    const [operator, author] = peers as [TestPeer, TestPeer]
    const message = await author.commitment(ROOT)
    const verdict = await operator.gossip.receive(encodeGossip(message), {
      via: 'gossip',
      peer: author.node.peerKey,
      origin: undefined,
    })
    expect(verdict).toMatchObject({ verdict: 'ignore', code: 'MEMBER_UNKNOWN' })
  })

  it('refuses to publish what no peer would take', async () => {
    const [operator] = peers as [TestPeer]
    const rows = Array.from({ length: 300 }, () => ({
      member: operator.identity.owner,
      commitment: ROOT,
      source: viaSignature(`0x${'01'.repeat(65)}`),
    }))
    const seal: Message = {
      kind: 'seal',
      task: 1n,
      round: 1n,
      rows,
      operator: operator.identity.owner,
    }
    await expect(operator.gossip.publish(seal)).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  })
})
