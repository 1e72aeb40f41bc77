import { readdir, readFile, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SoakParty } from './consortium.ts'
import { folderSizes } from './folder-sizes.ts'

/** What one program used at one time. KiB, or a count. */
export type Figures = Record<string, number>

export interface Sample {
  program: string
  /** Since the first claim. */
  seconds: number
  /** Claims posted by then. */
  rounds: number
  figures: Figures
}

/** How long a program may take to collect its garbage, ms. */
const PATIENCE_MS = 60_000

const kib = (bytes: number): number => Math.round(bytes / 102.4) / 10

/** Measures a running program. Linux only. @throws Error when it does not answer */
export async function measure({ program, metrics }: SoakParty): Promise<Figures> {
  const pid = program.pid!
  const memory = await memoryOf(pid, program.controlFile)
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
  const figures: Figures = {
    heapKiB: kib(memory.heap),
    codeKiB: kib(memory.code),
    externalKiB: kib(memory.external),
    rssKiB: of('VmRSS'),
    threads: of('Threads'),
    timers: memory.timers,
    files: (await readdir(`/proc/${pid}/fd`)).length,
    ...(await gaugesOf(metrics)),
  }
  for (const [kind, bytes] of await folderSizes(program.dataFolder)) figures[`disk ${kind}`] = kib(bytes)
  return figures
}

interface Memory {
  /** Data alone. */
  heap: number
  /** What V8 compiled. */
  code: number
  external: number
  timers: number
}

/** What is in use after a collection of all garbage. */
async function memoryOf(pid: number, controlFile: string): Promise<Memory> {
  const path = `${controlFile}.memory`
  await rm(path, { force: true })
  process.kill(pid, 'SIGUSR2')
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(50)) {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text) return JSON.parse(text) as Memory
  }
  throw new Error(`process ${pid} did not tell what memory it uses`)
}

/** Asks again where a cut of all connections was one of this connection, too. */
async function metricsOf(address: string): Promise<string> {
  for (let tries = 5; ; tries--) {
    try {
      const response = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(PATIENCE_MS) })
      return await response.text()
    } catch (error) {
      if (tries === 0) throw error
    }
  }
}

const GAUGES: Record<string, string> = {
  quorate_network_connections: 'connections',
  quorate_network_streams: 'streams',
  quorate_rpc_connections: 'rpcConnections',
  quorate_rpc_open_streams: 'rpcStreams',
}

async function gaugesOf(address: string): Promise<Figures> {
  const figures: Figures = {}
  for (const line of (await metricsOf(address)).split('\n')) {
    const [name, value] = line.split(' ')
    const known = GAUGES[name!]
    if (known) figures[known] = Number(value)
  }
  return figures
}
