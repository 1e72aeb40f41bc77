import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { callAs, Harness, MEMBER } from './harness.ts'

/** A proxy as a hospital has it: who asks it for a name gets a tunnel to `port` of this machine. */
async function startProxy(port: number): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, client, head) => {
    asked.push(request.url!)
    const tunnel = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      tunnel.write(head)
      tunnel.pipe(client).pipe(tunnel)
    })
    for (const end of [tunnel, client]) end.on('error', () => [tunnel, client].forEach((other) => other.destroy()))
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked }
}

it.each(['grpc_proxy', 'https_proxy', 'http_proxy'])('a member reaches its coordinator through the proxy in %s', async (name) => {
  await using harness = await Harness.start()
  const port = Number(harness.server.address.split(':').at(-1))
  const { url, asked } = await startProxy(port)
  for (const other of ['grpc_proxy', 'https_proxy', 'http_proxy', 'no_grpc_proxy', 'no_proxy']) vi.stubEnv(other, '')
  vi.stubEnv(name, url)
  onTestFinished(() => void vi.unstubAllEnvs())
  // Only the proxy knows the name.
  const client = harness.client({ address: 'coordinator.invalid:7050' })
  const signal = AbortSignal.timeout(60_000)
  expect((await client.getTask({ signal })).task).toBe(7n)
  // The session names the certificate: the proxy passed TLS on unopened.
  expect((await client.joinTarget({ signal })).certificate).toBe(harness.tls.certificateHash)
  await callAs(client, MEMBER)
  expect(asked).toEqual(['coordinator.invalid:7050'])
  // This machine is no concern of the proxy.
  await harness.client().getTask({ signal })
  expect(asked).toHaveLength(1)
})
