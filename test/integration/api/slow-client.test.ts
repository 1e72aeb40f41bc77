import { createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, it } from 'vitest'
import { EventRing } from '../../../src/api/server/event-ring.ts'
import { EventStreams } from '../../../src/api/server/event-streams.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { NodeEvents } from '../../../src/node/index.ts'

const events = new NodeEvents(silentLogger)
/** Room for four events of half a megabyte. */
const ring = new EventRing(events, (text) => text, { events: 4, bytes: 2 ** 30 })
const streams = new EventStreams({ ring, clients: 4, heartbeatMs: 20, patienceMs: 60_000 })
const server = createServer((asked, response) => streams.add(asked, response))
const HALF = 'x'.repeat(500_000)

afterAll(() => {
  streams.close()
  server.closeAllConnections()
  server.close()
})

it('a client that falls behind the ring is cut with a word, and the node held no more for it than one turn', async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/' }, resolve).on('error', reject).end()
  })
  response.pause()
  expect(streams.size).toBe(1)
  const told = 40
  for (let k = 0; k < told; k++) {
    events.emit({ event: 'waiting', reason: `${k} ${HALF}` })
    // The connection takes what it can.
    await new Promise((resolve) => void setImmediate(resolve))
  }
  await expect.poll(() => streams.size).toBe(0)
  let text = ''
  for await (const part of response) text += String(part)
  expect(text.trimEnd().split('\n').at(-1)).toBe(': cut, because this client cannot keep up: connect again with Last-Event-ID')
  expect(text.length).toBeLessThan((told / 2) * HALF.length)
})
