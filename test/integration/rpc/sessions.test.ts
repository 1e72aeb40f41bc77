import { expect, test } from 'vitest'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { watchRounds } from '../../../participant/watch-rounds.ts'
import { toHex } from '../../../src/protocol/index.ts'
import { Harness, MEMBER, OTHER, callAs, code, statement, view } from './harness.ts'

test('open methods take no token, every other one does', async () => {
  await using harness = await Harness.start()
  const client = harness.client({ signJoin: undefined })
  expect((await client.getTask()).task).toBe(7n)
  for (const call of [
    () => callAs(client, MEMBER),
    () => client.getBlob(Uint8Array.of(1), { maxBytes: 1e6 }),
    () => client.watchRounds({ signal: new AbortController().signal }).next(),
  ]) {
    await expect(call()).rejects.toThrow(code('SESSION_EXPIRED'))
  }
  const { peerRecords } = await client.join(await statement(MEMBER)())
  expect(peerRecords).toEqual([Uint8Array.of(7)])
  await callAs(client, MEMBER)
})

test('a token stands for its member alone', async () => {
  await using harness = await Harness.start()
  const client = harness.client()
  const { receipt } = await callAs(client, MEMBER)
  expect(toHex(receipt!.member)).toBe(MEMBER)
  await expect(callAs(client, OTHER)).rejects.toThrow(code('SIGNATURE_INVALID'))
})

test('an expired session is refused, and opened again by a client that can sign', async () => {
  await using harness = await Harness.start()
  const once = harness.client({ signJoin: undefined })
  await once.join({ ...(await statement(MEMBER)()), expires: 1100n })
  await callAs(once, MEMBER)
  harness.now = 1100
  await expect(callAs(once, MEMBER)).rejects.toThrow(code('SESSION_EXPIRED'))

  const joined: string[] = []
  const signing = harness.client({ signJoin: statement(OTHER), onJoined: ({ token }) => joined.push(token) })
  await callAs(signing, OTHER)
  harness.sessions.close(OTHER)
  await callAs(signing, OTHER)
  expect(new Set(joined).size).toBe(2)
})

test('calls made together share one Join', async () => {
  await using harness = await Harness.start()
  const client = harness.client()
  await Promise.all([callAs(client, MEMBER), callAs(client, MEMBER), client.getBlob(Uint8Array.of(1), { maxBytes: 1e6 })])
  expect(harness.joins).toBe(1)
})

test('a session that was forgotten is opened again, with what is to be told then', async () => {
  await using harness = await Harness.start()
  const told: Uint8Array[] = []
  const { join } = harness.handlers
  harness.handlers.join = async (request, context) => {
    told.push(request.peerRecord)
    return join(request, context)
  }
  let peerRecord = new Uint8Array()
  const client = harness.client({ signJoin: async () => ({ ...(await statement(MEMBER)()), peerRecord }) })
  await callAs(client, MEMBER)
  peerRecord = Uint8Array.of(7)
  await callAs(client, MEMBER)
  client.forgetSession()
  await callAs(client, MEMBER)
  expect(told).toEqual([new Uint8Array(), peerRecord])
  peerRecord = Uint8Array.of(8)
  // Without another call.
  await client.renewSession()
  expect(told.at(-1)).toEqual(peerRecord)
})

test('a session whose Join was under way when it was forgotten is not used', async () => {
  await using harness = await Harness.start()
  const told: Uint8Array[] = []
  const { join } = harness.handlers
  const [arrived, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  harness.handlers.join = async (request, context) => {
    told.push(request.peerRecord)
    arrived.resolve()
    await go.promise
    return join(request, context)
  }
  let peerRecord = new Uint8Array()
  const client = harness.client({ signJoin: async () => ({ ...(await statement(MEMBER)()), peerRecord }) })
  const call = callAs(client, MEMBER)
  await arrived.promise
  peerRecord = Uint8Array.of(7)
  client.forgetSession()
  go.resolve()
  await call
  await callAs(client, MEMBER)
  expect(told).toEqual([new Uint8Array(), peerRecord])
})

test('a member watches its coordinator again after every kind of refusal', async () => {
  await using harness = await Harness.start()
  const refusals = ['KEY_NOT_BONDED', 'MESSAGE_MALFORMED', 'INTERNAL', 'RATE_LIMITED'] as const
  const { join } = harness.handlers
  let joins = 0
  harness.handlers.join = async (request, context) => {
    const refusal = refusals[joins++]
    if (refusal) throw new QuorateError(refusal, 'not now')
    return join(request, context)
  }
  harness.feed.publish(view(7))
  const controller = new AbortController()
  const seen = Promise.withResolvers<unknown>()
  const watching = watchRounds(harness.client(), {
    events: { emit: (event) => seen.resolve(event) },
    signal: controller.signal,
    logger: silentLogger,
    clock: { sleep: async () => {} },
  })
  expect(await seen.promise).toMatchObject({ event: 'watched', round: 7n })
  controller.abort()
  await watching
})

test('a watch ends with its session and comes back with the next one', async () => {
  await using harness = await Harness.start()
  const controller = new AbortController()
  harness.feed.publish(view(1))
  const views = harness.client().watchRounds({ signal: controller.signal })
  expect((await views.next()).value).toMatchObject({ round: 1n })
  harness.sessions.close(MEMBER)
  harness.feed.publish(view(2))
  expect((await views.next()).value).toMatchObject({ round: 2n })
  expect(harness.joins).toBe(2)
  controller.abort()
})

test('the rate of calls is limited by session, and by host for those without one', async () => {
  await using harness = await Harness.start({ limits: { callsPerSecond: 0.001, callBurst: 6 } })
  const [one, two] = [harness.client(), harness.client({ signJoin: statement(OTHER) })]
  await Promise.all([callAs(one, MEMBER), callAs(two, OTHER)])
  for (let i = 0; i < 5; i++) await callAs(one, MEMBER)
  await expect(callAs(one, MEMBER)).rejects.toThrow(code('RATE_LIMITED'))
  await callAs(two, OTHER)
  // The host made two calls of GetTask and two of Join above and has two left; a wrong token counts too.
  const stranger = harness.client({ signJoin: undefined })
  await expect(callAs(stranger, MEMBER)).rejects.toThrow(code('SESSION_EXPIRED'))
  await expect(callAs(stranger, MEMBER)).rejects.toThrow(code('SESSION_EXPIRED'))
  await expect(callAs(stranger, MEMBER)).rejects.toThrow(code('RATE_LIMITED'))
  await expect(stranger.getTask()).rejects.toThrow(code('RATE_LIMITED'))
})

test('a session holds a limited number of streams and gets their places back', async () => {
  await using harness = await Harness.start({
    limits: { streamsPerSession: 1 },
    handlers: {
      getBlob: async function* (_, { signal }) {
        yield { data: Uint8Array.of(1) }
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    },
  })
  const client = harness.client()
  harness.feed.publish(view(1))
  const controller = new AbortController()
  const views = client.watchRounds({ signal: controller.signal })
  await views.next()
  await expect(client.getBlob(Uint8Array.of(1), { maxBytes: 10 })).rejects.toThrow(code('RATE_LIMITED'))
  controller.abort()
  await expect(views.next()).rejects.toThrow(code('CANCELLED'))
  const again = new AbortController()
  // The watch retries until the server has noticed that the first one left.
  const second = client.watchRounds({ signal: again.signal })
  expect((await second.next()).value).toMatchObject({ round: 1n })
  again.abort()
})
