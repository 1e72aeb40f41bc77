import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createMetrics, createMetricsServer, startMetricsServer } from '../../../src/observe/index.ts'

const listen = '127.0.0.1:0'

test('serves metrics and health', async () => {
  const metrics = createMetrics({ strict: true })
  metrics.gauge('network_peers', 5)
  let ok = true
  await using server = await startMetricsServer({ listen, metrics, health: async () => ({ ok, round: 7n }) })
  const get = (path: string, method = 'GET') => fetch(`http://${server.address}${path}`, { method })
  const page = await get('/metrics?x=1')
  expect(page.headers.get('content-type')).toBe(metrics.contentType)
  expect(await page.text()).toContain('quorate_network_peers 5')
  const healthy = await get('/healthz')
  expect([healthy.status, await healthy.json()]).toEqual([200, { ok: true, round: '7' }])
  ok = false
  expect((await get('/healthz')).status).toBe(503)
  expect((await get('/')).status).toBe(404)
  expect((await get('/metrics', 'POST')).status).toBe(405)
  const head = await get('/healthz', 'HEAD')
  expect([head.status, await head.text()]).toEqual([503, ''])
})

test('readiness is apart from health', async () => {
  const ready = async () => ({ ok: false, chain: { ok: false } })
  await using server = await startMetricsServer({ listen, metrics: createMetrics(), ready })
  expect((await fetch(`http://${server.address}/healthz`)).status).toBe(200)
  const answer = await fetch(`http://${server.address}/readyz`)
  expect([answer.status, await answer.json()]).toEqual([503, { ok: false, chain: { ok: false } }])
})

test('a health check that throws is a 500 and is logged', async () => {
  const logged: unknown[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (fields: object) => void logged.push(fields), child: () => logger }
  const health = () => {
    throw new Error('no journal')
  }
  await using server = await startMetricsServer({ listen, metrics: createMetrics(), health, logger })
  expect((await fetch(`http://${server.address}/healthz`)).status).toBe(500)
  expect(logged).toMatchObject([{ url: '/healthz', err: { message: 'no journal' } }])
})

test('an address in use is CONFIG_INVALID; stopping twice or before starting is allowed, with connections open too', async () => {
  await using server = await startMetricsServer({ listen, metrics: createMetrics() })
  const second = createMetricsServer({ listen: server.address, metrics: createMetrics() })
  await expect(second.start()).rejects.toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  await second.stop()
  const idle = connect(Number(server.address.split(':')[1]), '127.0.0.1')
  idle.on('error', () => {})
  await once(idle, 'connect')
  const closed = once(idle, 'close')
  await Promise.all([server.stop(), server.stop()])
  await closed
  expect(idle.destroyed).toBe(true)
})

test('a connection that says nothing, and one too many, are cut', async () => {
  await using server = await startMetricsServer({ listen, metrics: createMetrics(), limits: { connections: 1, idleMs: 200 } })
  const [host, port] = server.address.split(':') as [string, string]
  const [idle, second] = [0, 1].map(() => connect(Number(port), host).resume())
  await Promise.all([once(idle!, 'close'), once(second!, 'close')])
})
