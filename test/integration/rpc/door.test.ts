import { once } from 'node:events'
import { connect as http2Connect, constants } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { expect, test } from 'vitest'
import type { RpcLimits } from '../../../src/rpc/index.ts'
import { CountingMetrics } from '../network/support.ts'
import { Harness, MEMBER, OTHER, callAs, statement, view } from './harness.ts'

/** A coordinator with small limits and its figures. */
async function start(limits: Partial<RpcLimits>): Promise<{ harness: Harness; metrics: CountingMetrics; port: number }> {
  const metrics = new CountingMetrics()
  const harness = await Harness.start({ limits, metrics })
  return { harness, metrics, port: Number(harness.server.address.split(':')[1]) }
}

const open = (port: number): Socket =>
  connect({ host: '127.0.0.1', port })
    .on('error', () => {})
    .resume()
const closed = async (socket: Socket): Promise<void> => void (socket.destroyed || (await once(socket, 'close')))
const refused = (metrics: CountingMetrics, reason: string): number => metrics.sum('rpc_connections_refused_total', { reason })

test('one host has so many connections of strangers, and members that joined do not count', async () => {
  const { harness, metrics, port } = await start({ strangersPerHost: 3 })
  await using _ = harness
  const client = harness.client()
  await callAs(client, MEMBER)
  const sockets = Array.from({ length: 5 }, () => open(port))
  await Promise.all([closed(sockets[3]!), closed(sockets[4]!)])
  expect(refused(metrics, 'host')).toBe(2)
  expect(sockets.slice(0, 3).every((socket) => !socket.destroyed)).toBe(true)
  await callAs(client, MEMBER)
  for (const socket of sockets) socket.destroy()
})

test('one host opens so many connections in a while, and members that are connected go on', async () => {
  const { harness, metrics, port } = await start({ connectionBurst: 3, connectionsPerSecond: 0.001 })
  await using _ = harness
  const client = harness.client()
  await callAs(client, MEMBER)
  const sockets = Array.from({ length: 3 }, () => open(port))
  await closed(sockets[2]!)
  expect(refused(metrics, 'rate')).toBe(1)
  await callAs(client, MEMBER)
  for (const socket of sockets) socket.destroy()
})

test('when the node is full the oldest stranger makes room; members keep their connections', async () => {
  const { harness, metrics, port } = await start({ strangers: 2 })
  await using _ = harness
  const client = harness.client()
  await callAs(client, MEMBER)
  const [first, second] = [open(port), open(port)]
  await Promise.all([once(first, 'connect'), once(second, 'connect')])
  const third = open(port)
  await closed(first)
  expect(refused(metrics, 'displaced')).toBe(1)
  await callAs(client, MEMBER)
  // Another member joins past the strangers that sit there.
  await callAs(harness.client({ signJoin: statement(OTHER) }), OTHER)
  for (const socket of [second, third]) socket.destroy()
})

test('a connection that does not shake hands is cut', async () => {
  const { harness, metrics, port } = await start({ handshakeMs: 100 })
  await using _ = harness
  await closed(open(port))
  expect(refused(metrics, 'handshake')).toBe(1)
})

test('a connection that never calls is cut', async () => {
  const { harness, metrics, port } = await start({ firstCallMs: 100 })
  await using _ = harness
  const secure = tlsConnect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }).on('error', () => {})
  secure.resume()
  await closed(secure)
  expect(refused(metrics, 'silent')).toBe(1)
})

test('a request that is begun and never ended is no call', async () => {
  const { harness, metrics, port } = await start({ firstCallMs: 200 })
  await using _ = harness
  const session = await http2(port)
  const begun =
    !session.closed &&
    session.request(
      {
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: '/quorate.v1.CoordinatorService/Join',
        'content-type': 'application/grpc',
      },
      { endStream: false },
    )
  if (begun) begun.on('error', () => {})
  if (!session.destroyed) await once(session, 'close')
  expect(refused(metrics, 'silent')).toBe(1)
})

test('a connection without calls is cut after a while; one with a watch stays', async () => {
  const { harness, metrics } = await start({ idleMs: 500 })
  await using _ = harness
  harness.feed.publish(view(1))
  const controller = new AbortController()
  const views = harness.client().watchRounds({ signal: controller.signal })
  await views.next()
  const quiet = harness.client({ signJoin: undefined })
  await quiet.getTask()
  await metrics.seen('rpc_connections_refused_total', { reason: 'idle' })
  harness.feed.publish(view(2))
  expect((await views.next()).value).toMatchObject({ round: 2n })
  // And the one that was cut connects again by itself.
  for (let answered = false; !answered;)
    answered = await quiet.getTask().then(
      () => true,
      () => false,
    )
  controller.abort()
})

test('who leaves answers unread is cut', async () => {
  const { harness, metrics, port } = await start({ unreadMs: 200 })
  await using _ = harness
  harness.handlers.getTask = async () => ({ task: 7n, documentJson: 'x'.repeat(1_000_000) })
  const session = await http2(port, { initialWindowSize: 0 })
  const headers = {
    ':method': 'POST',
    ':path': '/quorate.v1.CoordinatorService/GetTask',
    'content-type': 'application/grpc',
    te: 'trailers',
  }
  const call = session.request(headers)
  call.on('error', () => {})
  call.end(Buffer.alloc(5))
  await once(session, 'close')
  expect(refused(metrics, 'unread')).toBe(1)
})

test('a member has so many connections, and the newest ones stay', async () => {
  const { harness, metrics } = await start({ connectionsPerMember: 2 })
  await using _ = harness
  const { token } = harness.sessions.open({ member: MEMBER, peerKey: `0x${'00'.repeat(32)}`, expires: 10_000 })
  const port = Number(harness.server.address.split(':')[1])
  const headers = {
    ':method': 'POST',
    ':path': '/quorate.v1.CoordinatorService/WatchRounds',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: token,
  }
  harness.feed.publish(view(1))
  const sessions: ClientHttp2Session[] = []
  for (let i = 0; i < 3; i++) {
    const session = await http2(port)
    sessions.push(session)
    const call = session.request(headers)
    call.on('error', () => {})
    call.end(Buffer.alloc(5))
    await once(call, 'data')
  }
  if (!sessions[0]!.destroyed) await once(sessions[0]!, 'close')
  expect(refused(metrics, 'member')).toBe(1)
  expect(sessions.slice(1).every((session) => !session.closed)).toBe(true)
  for (const session of sessions) session.destroy()
})

async function http2(port: number, settings = {}): Promise<ClientHttp2Session> {
  const session = http2Connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, settings })
  session.on('error', () => {})
  await Promise.race([once(session, 'connect'), once(session, 'close')])
  return session
}
