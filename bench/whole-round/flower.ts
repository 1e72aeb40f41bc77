import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePorts } from '../../cli/demo/free-port.ts'
import { processorTime } from '../processor-time.ts'
import type { Spent } from './quorate.ts'

export interface FlowerRounds {
  version: string
  rounds: Spent[]
}

const call = promisify(execFile)
/** Where the virtual environment is made; git ignores it. */
const FOLDER = join(import.meta.dirname, '../../.data/bench-flower')
const APP = join(import.meta.dirname, 'flower-app')
const VERSION = '1.42.0'
/** Longest time for starting, and for the rounds, ms. */
const PATIENCE_MS = 600_000

/**
 * Rounds of Flower's deployment engine on this machine: a SuperLink and a SuperNode for each client, Krum, clients that train nothing. Each round is measured from the
 * configuration of its clients to the aggregate.
 *
 * @returns the rounds after the first, or the line that says why there are none
 */
export async function flowerRounds(shape: {
  nodes: number
  coordinates: number
  rounds: number
}): Promise<FlowerRounds | { skipped: string }> {
  const bin = join(FOLDER, 'bin')
  try {
    if (!existsSync(join(bin, 'python'))) await call('python3', ['-m', 'venv', FOLDER])
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-cache-dir', `flwr==${VERSION}`]
    if (!existsSync(join(bin, 'flower-superlink')))
      await call(join(bin, 'python'), install, { maxBuffer: 2 ** 26, timeout: PATIENCE_MS })
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    const reason = (stderr || message).trim().split('\n').at(-1)
    return { skipped: `Flower skipped: flwr ${VERSION} could not be installed from PyPI (${reason})` }
  }
  try {
    return { version: VERSION, rounds: await run(bin, shape) }
  } catch (error) {
    return { skipped: `Flower skipped: ${(error as Error).message}` }
  }
}

async function run(
  bin: string,
  { nodes, coordinates, rounds }: { nodes: number; coordinates: number; rounds: number },
): Promise<Spent[]> {
  const home = await mkdtemp(join(tmpdir(), 'quorate-flower-'))
  const [port, ...clientPorts] = await freePorts(nodes + 1)
  const address = `127.0.0.1:${port}`
  const env = { ...process.env, FLWR_HOME: home, FLWR_TELEMETRY_ENABLED: '0', PATH: `${bin}${delimiter}${process.env['PATH']}` }
  const started: ChildProcess[] = []
  const start = (program: string, args: string[]): ChildProcess => {
    const child = spawn(join(bin, program), args, { env, cwd: home, stdio: ['ignore', 'pipe', 'ignore'] })
    started.push(child)
    return child
  }
  try {
    await mkdir(home, { recursive: true })
    await writeFile(
      join(home, 'config.toml'),
      `[superlink]\ndefault = "bench"\n\n[superlink.bench]\naddress = "${address}"\ninsecure = true\n`,
    )
    const own = ['--insecure', '--host', '127.0.0.1', '--port', `${port}`, '--disable-runtime-dependency-installation']
    start('flower-superlink', own).stdout!.resume()
    await listening(port!)
    for (const clientPort of clientPorts)
      start('flower-supernode', ['--insecure', '--superlink', address, '--port', `${clientPort}`]).stdout!.resume()
    const engine = started.flatMap(({ pid }) => pid ?? [])
    const configuration = `nodes=${nodes} rounds=${rounds + 1} coordinates=${coordinates}`
    const stream = start('flwr', ['run', APP, 'bench', '--stream', '--run-config', configuration])
    return await read(stream, engine, rounds)
  } finally {
    for (const child of started.toReversed()) await stop(child)
    await rm(home, { recursive: true, force: true })
  }
}

/** Reads `ROUND <seconds>` lines until there are enough or patience ends; the processor time between two of them is that of a round. */
async function read(stream: ChildProcess, engine: readonly number[], rounds: number): Promise<Spent[]> {
  const spent: Spent[] = []
  const timer = setTimeout(() => stream.kill(), PATIENCE_MS)
  let before: number | undefined
  try {
    for await (const line of createInterface({ input: stream.stdout! })) {
      const wall = /^ROUND ([\d.]+)/.exec(line)?.[1]
      if (!wall) continue
      const cpu = processorTime(engine)
      if (before !== undefined) spent.push({ wall: Number(wall), cpu: cpu - before })
      before = cpu
      if (spent.length === rounds) return spent
    }
  } finally {
    clearTimeout(timer)
  }
  if (spent.length > 0) return spent
  throw new Error('its run ended before its second round')
}

async function listening(port: number): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS / 4; ;) {
    const socket = createConnection({ host: '127.0.0.1', port })
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (open) return
    if (Date.now() > end) throw new Error('its SuperLink does not listen')
    await delay(200)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await exited
  clearTimeout(timer)
}
