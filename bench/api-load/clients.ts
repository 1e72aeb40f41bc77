// The clients of bench/api-load.ts, in a process of their own: listeners of the event stream, and requests at a steady pace.
import { Agent, get } from 'node:http'
import { ROUTES } from '../../src/api/routes.ts'

/** What the parent asks for. */
export interface LoadOrder {
  /** `http://host:port/api/v1`. */
  url: string
  listeners: number
  perSecond: number
  seconds: number
  member: string
}

/** What the clients saw. */
export interface LoadReport {
  connected: number
  /** Frames that all listeners together received. */
  frames: number
  /** Streams that ended before the load did. */
  cut: number
  requests: number
  /** Answers by status. */
  statuses: Record<string, number>
  /** Milliseconds from request to whole answer. */
  latency: { p50: number; p99: number; max: number }
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

async function load({ url, listeners, perSecond, seconds, member }: LoadOrder): Promise<LoadReport> {
  const report: LoadReport = { connected: 0, frames: 0, cut: 0, requests: 0, statuses: {}, latency: { p50: 0, p99: 0, max: 0 } }
  let over = false
  const streams = Array.from({ length: listeners }, () =>
    get(`${url}/events`, { agent: false }, (response) => {
      if (response.statusCode === 200) report.connected++
      response.on('data', (part: Buffer) => (report.frames += count(part, 'id: ')))
      response.on('error', () => {})
      response.on('close', () => void (over || report.cut++))
    }).on('error', () => {}),
  )
  const paths = Object.values(ROUTES)
    .filter(({ path }) => path !== '/governance')
    .map(({ path }) => path.replace('{round}', '1').replace('{address}', member))
  const took: number[] = []
  const running: Promise<void>[] = []
  const ask = async (path: string): Promise<void> =>
    new Promise((resolve) => {
      const from = performance.now()
      const done = (status: string): void => {
        report.statuses[status] = (report.statuses[status] ?? 0) + 1
        took.push(performance.now() - from)
        resolve()
      }
      get(url + path, { agent }, (response) => {
        response.resume()
        response.on('end', () => done(String(response.statusCode)))
      }).on('error', () => done('failed'))
    })
  const from = performance.now()
  // In bursts of a twentieth of a second, by the clock, so that a late timer loses none.
  for (let sent = 0; performance.now() - from < 1000 * seconds;) {
    const due = Math.floor(((performance.now() - from) / 1000) * perSecond)
    for (; sent < due; sent++) running.push(ask(paths[sent % paths.length]!))
    await new Promise((resolve) => void setTimeout(resolve, 50))
  }
  await Promise.all(running)
  over = true
  for (const stream of streams) stream.destroy()
  agent.destroy()
  took.sort((a, b) => a - b)
  const at = (share: number): number => Math.round(took[Math.floor(share * (took.length - 1))] ?? 0)
  return { ...report, requests: took.length, latency: { p50: at(0.5), p99: at(0.99), max: at(1) } }
}

function count(part: Buffer, text: string): number {
  let found = 0
  for (let at = part.indexOf(text); at >= 0; at = part.indexOf(text, at + 1)) found++
  return found
}

process.once('message', (order: LoadOrder) => {
  void load(order).then((report) => {
    process.send!(report)
    process.disconnect()
  })
})
