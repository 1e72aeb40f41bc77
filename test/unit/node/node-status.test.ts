import { expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import { NodeEvents, NodeStatus, parseEvent, printEvents } from '../../../src/node/index.ts'
import type { NodeEvent } from '../../../src/node/index.ts'
import { createMetrics } from '../../../src/observe/index.ts'

const started = { event: 'started', task: 1n, account: '0x1', duties: [], addresses: [], decimals: 18 } as unknown as NodeEvent
const inRound = (round: bigint, phase: string): NodeEvent => ({ event: 'round', round, phase }) as unknown as NodeEvent

it('a node is ready once it has started, while its RPC node answers', async () => {
  const events = new NodeEvents(silentLogger)
  const metrics = createMetrics({ strict: true })
  let now = 1_700_000_000
  const status = new NodeStatus(events, { metrics, clock: { now: () => now } })
  events.emit({ event: 'waiting', reason: 'waiting for the chain' })
  expect(await status.ready()).toEqual({
    ok: false,
    node: { ok: false, waitsFor: 'waiting for the chain' },
    chain: { ok: false, secondsSince: undefined },
    peers: 0,
  })
  metrics.gauge('chain_watch_success_timestamp_seconds', now)
  metrics.gauge('network_peers', () => 3)
  events.emit(started)
  expect(await status.ready()).toEqual({ ok: true, node: { ok: true }, chain: { ok: true, secondsSince: 0 }, peers: 3 })
  now += 61
  expect(await status.ready()).toMatchObject({ ok: false, chain: { ok: false, secondsSince: 61 } })
})

it('the gauges show the newest round and its phase', async () => {
  const events = new NodeEvents(silentLogger)
  const metrics = createMetrics({ strict: true })
  void new NodeStatus(events, { metrics })
  for (const event of [inRound(7n, 'commit'), inRound(7n, 'reveal'), inRound(6n, 'agree')]) events.emit(event)
  const text = await metrics.text()
  expect(text).toContain('quorate_round_number 7')
  expect(text).toContain('quorate_round_phase{phase="reveal"} 1')
  expect(text).toContain('quorate_round_phase{phase="agree"} 0')
})

it('printed events have a time and their number in the run', () => {
  const events = new NodeEvents(silentLogger)
  const printed: Readonly<Record<string, unknown>>[] = []
  printEvents(events, { result: (event) => void printed.push(event) })
  events.emit({ event: 'waiting', reason: 'waiting for the chain' })
  events.emit(started)
  expect(printed.map(({ event, seq }) => [event, seq])).toEqual([
    ['waiting', 1],
    ['started', 2],
  ])
  expect(Object.keys(printed[0]!)[0]).toBe('event')
  expect(parseEvent(JSON.stringify(printed[0]))).toEqual({ event: 'waiting', reason: 'waiting for the chain' })
  expect(Math.abs(Date.parse(String(printed[1]!['time'])) - Date.now())).toBeLessThan(60_000)
})
