import { encode } from 'it-length-prefixed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { networkLimits } from '../../../src/network/index.ts'
import { encodeGossip } from '../../../src/network/gossip/decode-gossip.ts'
import { FramedStream } from '../../../src/network/framed-stream.ts'
import { toHex } from '../../../src/protocol/index.ts'
import type { Message } from '../../../src/protocol/index.ts'
import { Cluster } from './support.ts'
import type { TestPeer } from './support.ts'
import { until } from './until.ts'

const ROOT = toHex(new Uint8Array(32).fill(9))
const PROTOCOL = '/quorate/sync/1'

describe('catch-up', () => {
  let cluster: Cluster
  let operator: TestPeer
  let one: TestPeer
  let two: TestPeer
  beforeEach(async () => {
    cluster = await Cluster.start(3)
    ;[operator, one, two] = cluster.peers as [TestPeer, TestPeer, TestPeer]
  })
  afterEach(async () => {
    await cluster[Symbol.asyncDispose]()
  })

  it('brings a restarted node everything of the round it missed, whatever the order', async () => {
    await two.say(await two.commitment(ROOT))
    await until(() => operator.state.commitments.size, 1)
    await cluster.remove(two)
    await one.say(await one.commitment(ROOT))
    await until(() => operator.state.commitments.size, 2)
    const list = await operator.seal()
    for (const peer of [operator, one]) peer.sealed(list)
    await operator.say(list)
    await until(() => one.state.seal?.rows.length, 2)
    await one.say(await one.reveal(ROOT))
    await until(() => operator.state.reveals.size, 1)

    // It comes back with nothing, its seen-cache included.
    const again = await cluster.add(two.identity)
    again.sealed(list)
    await until(() => [again.state.seal?.rows.length, again.state.reveals.size], [2, 1])
    // And takes part.
    await cluster.meshed()
    await again.say(await again.reveal(ROOT))
    await until(() => [operator.state.reveals.size, one.state.reveals.size], [2, 2])
    expect(again.metrics.sum('gossip_messages_total', { verdict: 'reject' })).toBe(0)
  })

  it('brings the others what a node said while it was alone', async () => {
    const message = await two.commitment(ROOT)
    const addresses = [...operator.node.addresses(), ...one.node.addresses()]
    await two.stop()
    const alone = await cluster.addAlone(two.identity)
    cluster.peers.splice(cluster.peers.indexOf(two), 1)
    expect(await alone.say(message)).toBe(0)
    await alone.node.dial(addresses)
    await until(() => [operator.handled, one.handled], [[message], [message]])
  })

  it('takes nothing for another task and nothing of an unknown round', async () => {
    expect(await one.sync.sync(7n)).toBe(0)
    expect(one.metrics.sum('sync_requests_total', { result: 'ok' })).toBeGreaterThanOrEqual(2)
  })

  // The meeting of the peers may ask on its own beside the test, hence "at least once".
  it('penalises a peer that serves what it must have known to be invalid', async () => {
    const bad = { ...(await two.commitment(ROOT)), signature: `0x${'01'.repeat(64)}1b` as const } as Message
    await serve(two, [encodeGossip(bad)])
    expect(await one.sync.sync(1n, { peers: [two.node.peerKey] })).toBe(0)
    expect(one.metrics.sum('network_penalties_total', { reason: 'syncReject' })).toBeGreaterThan(0)
    expect(one.metrics.sum('gossip_messages_total', { verdict: 'reject', code: 'SIGNATURE_INVALID' })).toBeGreaterThan(0)
  })

  it('cuts off a peer that sends without end', async () => {
    await serve(
      two,
      Array.from({ length: 40 }, () => new Uint8Array(32 * 1024)),
    )
    expect(await one.sync.sync(1n, { peers: [two.node.peerKey] })).toBe(0)
    expect(one.metrics.sum('network_penalties_total', { reason: 'malformed' })).toBeGreaterThan(0)
    expect(one.metrics.sum('sync_requests_total', { result: 'MESSAGE_TOO_LARGE' })).toBeGreaterThan(0)
  })

  it('takes what a peer sent before it died, and is not angry with it', async () => {
    await two.sync.stop()
    const told = await two.commitment(ROOT)
    await two.node.handle(PROTOCOL, 2, async (stream) => {
      const asked = Promise.withResolvers<void>()
      stream.addEventListener('message', () => asked.resolve(), { once: true })
      await asked.promise
      stream.send(encode.single(encodeGossip(told)))
      stream.send(encode.single(encodeGossip(await two.reveal(ROOT))).subarray(0, 9))
      await stream.close()
    })
    expect(await one.sync.sync(1n, { peers: [two.node.peerKey] })).toBe(1)
    // The meeting of the peers may ask on its own beside the test.
    expect(one.handled[0]).toEqual(told)
    expect(one.metrics.sum('network_penalties_total')).toBe(0)
  })

  it('survives malformed requests', async () => {
    const signal = AbortSignal.timeout(20_000)
    for (const bytes of [new Uint8Array(networkLimits.sync.requestBytes + 1), new Uint8Array([0xff, 0xff, 0xff])]) {
      const stream = await one.node.openStream(operator.node.peerKey, PROTOCOL, signal)
      using frames = new FramedStream(stream, { maxBytes: 1000, idleMs: 10_000, signal })
      await frames.write(bytes)
      await expect(frames.read()).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' })
    }
    expect(await one.sync.sync(1n, { peers: [operator.node.peerKey] })).toBe(0)
    expect(one.metrics.sum('sync_requests_total', { result: 'ok' })).toBeGreaterThan(0)
  })
})

/** Replaces a peer's answers to catch-up requests. */
async function serve(peer: TestPeer, answer: Uint8Array[]): Promise<void> {
  await peer.sync.stop()
  await peer.node.handle(PROTOCOL, 2, async (stream) => {
    using frames = new FramedStream(stream, { maxBytes: 1000, idleMs: 10_000, signal: AbortSignal.timeout(20_000) })
    await frames.read()
    await frames.readEnd()
    for (const frame of answer) await frames.write(frame)
    await frames.end()
  })
}
