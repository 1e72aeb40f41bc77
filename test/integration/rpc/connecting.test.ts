import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { expect, test } from 'vitest'
import { fetchTask } from '../../../participant/join-coordinator.ts'
import { silentLogger, systemClock } from '../../../src/core/index.ts'
import { ensureTlsIdentity, fetchCertificate } from '../../../src/rpc/index.ts'
import { Harness, view } from './harness.ts'

const ec = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/** A server that treats every connection as `serve` says, and its `host:port`. */
async function listen(serve: (socket: Socket) => void): Promise<AsyncDisposable & { address: string }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

test('each reason why there is no connection reads differently and says where to look', async () => {
  await using harness = await Harness.start()
  const gone = await listen(() => {})
  await gone[Symbol.asyncDispose]()
  await using mute = await listen(() => {})
  await using web = await listen((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
  const stranger = await ensureTlsIdentity(join(harness.folder, 'stranger'), { hosts: [] })
  const met = async (address: string, ca: string) =>
    harness
      .client({ address, tls: { ca }, limits: { callSeconds: 2 } })
      .getTask()
      .catch((error: unknown) => error)
  const known = harness.tls.certificate
  const cases = [
    [await met(harness.server.address, stranger.certificate), 'CERTIFICATE_UNTRUSTED', 'certificateUnknown', 'is not the one'],
    [await met(gone.address, known), 'COORDINATOR_UNREACHABLE', 'portClosed', 'nothing listens on its port'],
    [
      await met('no-such-host.invalid:7050', known),
      'COORDINATOR_UNREACHABLE',
      'hostUnknown',
      'no-such-host.invalid is not known',
    ],
    [await met(mute.address, known), 'COORDINATOR_UNREACHABLE', 'silent', 'a firewall may drop'],
    [await met(web.address, known), 'COORDINATOR_UNREACHABLE', 'notTls', 'does not speak TLS'],
  ] as const
  for (const [error, code, reason, words] of cases) {
    expect(error, reason).toMatchObject({ code, details: { reason }, message: expect.stringContaining(words) })
  }
  expect(String(cases[0][0])).toContain('whether it has a new certificate')
})

test('a certificate of an authority for another name is named', async () => {
  await using harness = await Harness.start()
  const authority = await generate([{ name: 'commonName', value: 'authority' }], {
    ...ec,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true },
    ],
  })
  const issued = await generate(undefined, {
    ...ec,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'elsewhere.example' }] }],
    ca: { key: authority.private, cert: authority.cert },
  })
  await harness.server.stop()
  harness.tls = { ...harness.tls, certificate: issued.cert, privateKey: issued.private }
  await harness.listen('127.0.0.1:0')
  await expect(harness.client({ tls: { ca: authority.cert } }).getTask()).rejects.toMatchObject({
    code: 'CERTIFICATE_UNTRUSTED',
    details: { reason: 'certificateOfAnotherName' },
  })
  const another = await ensureTlsIdentity(join(harness.folder, 'another'), { hosts: [] })
  await expect(harness.client({ tls: { ca: another.certificate } }).getTask()).rejects.toMatchObject({
    code: 'CERTIFICATE_UNTRUSTED',
    details: { reason: 'certificateUnknown' },
  })
})

test('a member that starts says what it waits for, and says it again when the reason changes', async () => {
  await using harness = await Harness.start()
  const { address } = harness.server
  const stranger = await ensureTlsIdentity(join(harness.folder, 'stranger'), { hosts: [] })
  await harness.server.stop()
  const told: string[] = []
  const stop = new AbortController()
  let waits = 0
  const clock = {
    sleep: async (ms: number, signal?: AbortSignal) => {
      // Three waits at a closed port, then an operator whose certificate changed.
      if (++waits === 3) await harness.listen(address)
      await systemClock.sleep(Math.min(ms, 20), signal)
    },
  }
  const waiting = fetchTask(harness.client({ address, tls: { ca: stranger.certificate } }), {
    domain: { chainId: 31_337, ledger: `0x${'aa'.repeat(20)}` },
    events: {
      emit: (event) => {
        told.push((event as { reason: string }).reason)
        if (told.length === 2) stop.abort()
      },
    },
    logger: silentLogger,
    signal: stop.signal,
    clock,
  })
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(told).toEqual([
    expect.stringContaining('nothing listens on its port'),
    expect.stringMatching(/is not the one that this node knows.*whether it has a new certificate/),
  ])
})

test('a server that shows no certificate is described in the same words', async () => {
  await using web = await listen((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
  await expect(fetchCertificate(web.address)).rejects.toMatchObject({ details: { reason: 'notTls' } })
  await expect(fetchCertificate('no-such-host.invalid:1')).rejects.toMatchObject({ details: { reason: 'hostUnknown' } })
})

test('a connection that falls silent before it is one is given up, and the next is made', async () => {
  await using harness = await Harness.start()
  const at = harness.server.address.lastIndexOf(':')
  const port = Number(harness.server.address.slice(at + 1))
  // As a host does that loses its power in the middle of a handshake: the first connections stay open, and nobody answers.
  let met = 0
  await using line = await listen((socket) => {
    if (++met <= 2) return
    const onward = connect(port, '127.0.0.1')
    onward.on('error', () => socket.destroy())
    socket.pipe(onward).pipe(socket)
  })
  const client = harness.client({ address: line.address, tls: { ca: harness.tls.certificate }, limits: { connectMs: 300 } })
  const seen: unknown[] = []
  const left = new AbortController()
  const watching = (async () => {
    for await (const round of client.watchRounds({ signal: left.signal })) seen.push(round.round)
  })().catch(() => {})
  await expect(client.getTask()).rejects.toMatchObject({ code: 'COORDINATOR_UNREACHABLE', details: { reason: 'silent' } })
  harness.feed.publish(view(3))
  await expect.poll(async () => client.getTask().catch(() => undefined)).toMatchObject({ task: 7n })
  await expect.poll(() => seen).toEqual([3n])
  expect(met).toBe(3)
  left.abort()
  await watching
})
