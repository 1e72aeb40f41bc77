import { expect, test } from 'vitest'
import { SessionStore } from '../../../src/rpc/index.ts'
import { Harness, MEMBER, callAs, code, view } from './harness.ts'

const never = () => new Promise<never>(() => {})

test('nobody listening is COORDINATOR_UNREACHABLE', async () => {
  await using harness = await Harness.start()
  await harness.server.stop()
  const client = harness.client()
  await expect(client.getTask()).rejects.toThrow(code('COORDINATOR_UNREACHABLE'))
  await expect(callAs(client, MEMBER)).rejects.toThrow(code('COORDINATOR_UNREACHABLE'))
})

test('an address in use is CONFIG_INVALID and names the field', async () => {
  await using harness = await Harness.start()
  const first = harness.server
  await expect(harness.listen(first.address)).rejects.toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', details: { field: 'grpc.listen', listen: first.address } }),
  )
  await first.stop()
})

test('a call is cancelled by its signal, on both sides', async () => {
  const aborted = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  await using harness = await Harness.start({
    handlers: {
      getTask: async (_, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve())
        entered.resolve()
        return await never()
      },
    },
  })
  const controller = new AbortController()
  const call = harness.client().getTask({ signal: controller.signal })
  await entered.promise
  controller.abort()
  await expect(call).rejects.toThrow(code('CANCELLED'))
  await aborted.promise
  await expect(harness.client().getTask({ signal: controller.signal })).rejects.toThrow(code('CANCELLED'))
})

test('a handler that never answers is given up', async () => {
  await using harness = await Harness.start({ limits: { callSeconds: 0.05 }, handlers: { getTask: never } })
  await expect(harness.client().getTask(), 'by the server').rejects.toThrow(/took longer than 0.05 s/)
})

test('a client gives up by itself when the server does not', async () => {
  await using harness = await Harness.start({ handlers: { getTask: never } })
  const impatient = harness.client({ limits: { callSeconds: 0.05 } })
  await expect(impatient.getTask()).rejects.toThrow(code('COORDINATOR_UNREACHABLE'))
})

test('closing a client ends its calls', async () => {
  const entered = Promise.withResolvers<void>()
  await using harness = await Harness.start()
  const client = harness.client()
  const views = client.watchRounds({ signal: new AbortController().signal })
  harness.feed.publish(view(1))
  await views.next()
  harness.handlers.getTask = async () => {
    entered.resolve()
    return await never()
  }
  const [call, next] = [client.getTask(), views.next()]
  await entered.promise
  client.close()
  await expect(call).rejects.toThrow(code('CANCELLED'))
  await expect(next).rejects.toThrow(code('CANCELLED'))
  await expect(client.getTask()).rejects.toThrow(code('CANCELLED'))
})

test('a server stops with streams open and calls in flight; a watch finds the next one by itself', async () => {
  const entered = Promise.withResolvers<void>()
  await using harness = await Harness.start()
  const client = harness.client()
  const controller = new AbortController()
  harness.feed.publish(view(1))
  const views = client.watchRounds({ signal: controller.signal })
  expect((await views.next()).value).toMatchObject({ round: 1n })
  const { getTask } = harness.handlers
  harness.handlers.getTask = async () => {
    entered.resolve()
    return await never()
  }
  const call = client.getTask()
  call.catch(() => {})
  await entered.promise
  const { address } = harness.server
  await Promise.all([harness.server.stop(), harness.server.stop()])
  await expect(call).rejects.toThrow(code('COORDINATOR_UNREACHABLE'))
  expect(harness.feed.subscribers).toBe(0)

  // Another process: the sessions are gone, the address and the certificate are the same.
  harness.sessions = new SessionStore({ clock: { now: () => harness.now } })
  harness.handlers.getTask = getTask
  harness.feed.publish(view(2))
  const next = views.next()
  await harness.listen(address)
  expect((await next).value).toMatchObject({ round: 2n })
  controller.abort()
})

test('stop cuts what does not end by itself', async () => {
  await using harness = await Harness.start({
    limits: { stopMs: 50 },
    handlers: {
      // Deaf to its signal.
      getBlob: async function* () {
        yield { data: Uint8Array.of(1) }
        await never()
      },
    },
  })
  const blob = harness.client().getBlob(Uint8Array.of(1), { maxBytes: 10 })
  blob.catch(() => {})
  await harness.client({ signJoin: undefined }).getTask()
  await harness.server.stop()
  await expect(blob).rejects.toThrow(code('COORDINATOR_UNREACHABLE'))
})
