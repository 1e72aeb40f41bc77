import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CoordinatorService } from '../../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import { RPC_LIMITS } from '../../../src/rpc/index.ts'
import { RpcTransport } from '../../../src/rpc/transport.ts'
import { Harness, MEMBER, code, view } from './harness.ts'

test('a watch begins with the current view and follows changes', async () => {
  await using harness = await Harness.start()
  const controller = new AbortController()
  harness.feed.publish(view(1))
  const views = harness.client().watchRounds({ signal: controller.signal })
  for (let round = 1; round <= 3; round++) {
    harness.feed.publish(view(round))
    expect((await views.next()).value).toMatchObject({ round: BigInt(round) })
  }
  controller.abort()
})

test('a cancelled watch throws CANCELLED and leaves nothing behind in the server', async () => {
  const ended = Promise.withResolvers<void>()
  await using harness = await Harness.start()
  harness.handlers.watchRounds = async function* (_, { signal }) {
    try {
      yield* harness.feed.subscribe(signal)
    } finally {
      ended.resolve()
    }
  }
  const controller = new AbortController()
  harness.feed.publish(view(1))
  const views = harness.client().watchRounds({ signal: controller.signal })
  await views.next()
  expect(harness.feed.subscribers).toBe(1)
  const pending = views.next()
  controller.abort()
  await expect(pending).rejects.toThrow(code('CANCELLED'))
  await ended.promise
  expect(harness.feed.subscribers).toBe(0)
  const aborted = harness.client().watchRounds({ signal: controller.signal })
  await expect(aborted.next()).rejects.toThrow(code('CANCELLED'))
})

test('a reader that simply leaves ends the call too', async () => {
  const ended = Promise.withResolvers<void>()
  await using harness = await Harness.start()
  harness.handlers.watchRounds = async function* (_, { signal }) {
    try {
      yield* harness.feed.subscribe(signal)
    } finally {
      ended.resolve()
    }
  }
  harness.feed.publish(view(1))
  for await (const _ of harness.client().watchRounds({ signal: new AbortController().signal })) break
  await ended.promise
  expect(harness.feed.subscribers).toBe(0)
})

test('a reader that does not read holds back its own stream only, and then gets the newest view', async () => {
  await using harness = await Harness.start()
  const { token } = harness.sessions.open({ member: MEMBER, peerKey: '0x', expires: 5000 })
  const transport = new RpcTransport({ address: harness.server.address, ca: harness.tls.certificate, limits: RPC_LIMITS })
  const stalled = transport.stream(CoordinatorService.method.watchRounds, {}, { token })
  // 1 KiB each, 4 MiB together: far beyond what HTTP/2 windows and stream buffers of both ends hold.
  const total = 4000
  const filler = new Uint8Array(1024)
  harness.feed.publish(view(0, filler))
  expect((await stalled.next()).value).toMatchObject({ round: 0n })
  const controller = new AbortController()
  const reading = harness.client().watchRounds({ signal: controller.signal })
  for (let round = 1; round <= total; round++) {
    harness.feed.publish(view(round, filler))
    await setImmediate()
  }
  let received = 0
  let last = 0n
  for await (const item of stalled) {
    expect(item.round).toBeGreaterThan(last)
    last = item.round
    received++
    if (last === BigInt(total)) break
  }
  expect(received).toBeLessThan(total / 2)
  expect((await reading.next()).value).toMatchObject({ round: expect.any(BigInt) })
  controller.abort()
  transport.close()
})

test('blobs travel in parts and are bounded by the reader', async () => {
  await using harness = await Harness.start()
  const client = harness.client()
  const blob = await client.getBlob(Uint8Array.of(20), { maxBytes: 200_000 })
  expect(blob).toEqual(new Uint8Array(200_000).fill(7))
  expect(await client.getBlob(Uint8Array.of(0), { maxBytes: 0 })).toEqual(new Uint8Array(0))
  await expect(client.getBlob(Uint8Array.of(20), { maxBytes: 199_999 })).rejects.toThrow(code('MESSAGE_TOO_LARGE'))
})
