// Rounds of an operator's node without and with clients of its API, in turns: node bench/api-load.ts [--listeners 500] [--rate 200] [--seconds 60] [--turns 2]. JSON to
// stdout, progress to stderr. The clients run in a process of their own. The members of the rounds run in the process of the node, so its delay without clients is theirs.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ApiWorld } from '../test/support/api/api-world.ts'
import type { LoadOrder, LoadReport } from './api-load/clients.ts'

const { values: flags } = parseArgs({
  options: {
    listeners: { type: 'string', default: '500' },
    /** Requests a second. */
    rate: { type: 'string', default: '200' },
    /** Of each span. */
    seconds: { type: 'string', default: '60' },
    turns: { type: 'string', default: '2' },
  },
})

/** Time between two looks at the event loop, ms. Node counts it as delay. */
const RESOLUTION = 10

/** What rounds came to over a time. */
interface Span {
  rounds: number
  secondsPerRound: number
  /** Share of the time in which the event loop worked, 0 … 1. */
  busy: number
  /** Milliseconds that the event loop was late. */
  delay: { p50: number; p99: number; max: number }
}

let next = 1n

/** Plays rounds until `over` resolves. */
async function playWhile(world: ApiWorld, over: Promise<unknown>): Promise<Span> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION })
  const ended = new AbortController()
  void over.then(() => ended.abort())
  const before = performance.eventLoopUtilization()
  histogram.enable()
  const from = performance.now()
  let rounds = 0
  for (; !ended.signal.aborted; rounds++) {
    await world.play(next)
    await world.agree(next++)
  }
  const seconds = (performance.now() - from) / 1000
  histogram.disable()
  const ms = (nanoseconds: number): number => Math.max(0, Math.round(nanoseconds / 1e5 - 10 * RESOLUTION) / 10)
  const delay = { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(histogram.max) }
  const busy = Math.round(100 * performance.eventLoopUtilization(before).utilization) / 100
  return { rounds, secondsPerRound: Math.round((100 * seconds) / rounds) / 100, busy, delay }
}

async function loaded(world: ApiWorld, order: LoadOrder): Promise<{ span: Span; clients: LoadReport }> {
  const child = fork(join(import.meta.dirname, 'api-load/clients.ts'))
  const reported = once(child, 'message') as Promise<[LoadReport]>
  child.send(order)
  const span = await playWhile(world, reported)
  const [clients] = await reported
  return { span, clients }
}

await using world = await ApiWorld.make({ members: 8 })
await world.play(next)
await world.agree(next++)
const seconds = Number(flags.seconds)
const order = {
  url: world.url,
  listeners: Number(flags.listeners),
  perSecond: Number(flags.rate),
  seconds,
  member: world.members[0]!,
}
const turns: { without: Span; with: Span; clients: LoadReport }[] = []
for (let turn = 1; turn <= Number(flags.turns); turn++) {
  console.error(`turn ${turn}: rounds without clients …`)
  const without = await playWhile(world, new Promise((resolve) => void setTimeout(resolve, 1000 * seconds)))
  console.error(`turn ${turn}: rounds with ${order.listeners} listeners and ${order.perSecond} requests a second …`)
  const { span, clients } = await loaded(world, order)
  turns.push({ without, with: span, clients })
}
const worst = (of: 'without' | 'with'): number => Math.max(...turns.map((turn) => turn[of].delay.p99))
console.log(JSON.stringify({ turns, delayP99: { without: worst('without'), with: worst('with') } }, null, 2))
