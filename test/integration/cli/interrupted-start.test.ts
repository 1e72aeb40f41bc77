import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createKeyFile, writeCoordinatorConfig, writeMemberConfig } from '../../../src/config/index.ts'
import { isQuorateError } from '../../../src/core/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import { startTcpProxy } from '../../support/chain/tcp-proxy.ts'
import { LONG } from '../../support/long.ts'
import { SILENCE, StartChain, Started } from '../../support/node/start-chain.ts'

const MAIN = new URL('../../../cli/main.ts', import.meta.url).pathname
const COMMAND = new URL('../../../bin/quorate', import.meta.url).pathname

let world: StartChain
let operatorConfig: string
let memberConfig: string
let certificate: string

beforeAll(async () => {
  world = await StartChain.make()
  const running = await world.coordinator(new Started())
  certificate = running.certificatePath
  await running[Symbol.asyncDispose]()
  const { rpcUrl, chainId, ledger } = world.chain
  const chain = { rpcUrl: rpcUrl as string, chainId, ledger }
  const common = async (name: string, index: 1 | 2) => {
    const folder = join(world.folder, `${name}-home`)
    await mkdir(folder)
    await createKeyFile(join(folder, 'operator.key'), world.on.hot(index).privateKey)
    await createKeyFile(join(folder, 'peer.key'), world.seedOf(index))
    return { folder, chain, keys: { operator: 'operator.key', peer: 'peer.key' }, state: { folder: 'data' } }
  }
  const { folder, ...operator } = await common('operator', 1)
  const files = { spec: '../spec.json', document: '../document.json', genesis: '../genesis.i32' }
  await writeCoordinatorConfig((operatorConfig = join(folder, 'coordinator.toml')), {
    ...operator,
    task: { id: Number(world.task), ...files },
  })
  const { folder: home, ...member } = await common('member', 2)
  await writeMemberConfig((memberConfig = join(home, 'member.toml')), {
    ...member,
    task: { id: Number(world.task) },
    coordinator: { address: '127.0.0.1:1', ca: certificate },
  })
})
afterEach(() => {
  world.proxy.fault = undefined
})
afterAll(() => world[Symbol.asyncDispose]())

interface Ended {
  code: number | null
  last: Record<string, unknown>
}

type Moment = (waiting: Promise<void>, started: Promise<void>) => Promise<unknown>

/** Runs a program, sends it what Ctrl-C sends when `moment` comes, and gives its end. */
async function interrupted(args: readonly string[], moment: Moment): Promise<Ended> {
  return ended([process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...args], 'SIGINT', moment)
}

async function ended([command, ...args]: readonly string[], signal: 'SIGINT' | 'SIGTERM', moment: Moment): Promise<Ended> {
  const child = spawn(command!, [...args, '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  const out: string[] = []
  const [waiting, started] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  createInterface({ input: child.stdout }).on('line', (line) => {
    out.push(line)
    if (line.includes('"waiting"')) waiting.resolve()
    if (line.includes('"started"')) started.resolve()
  })
  await moment(waiting.promise, started.promise)
  child.kill(signal)
  const [code] = (await exited) as [number | null]
  return { code, last: JSON.parse(out.at(-1) ?? '{}') as Record<string, unknown> }
}

/** What an operator's node says on stderr without `--json`, until it serves. */
async function saidBy(config: string): Promise<string[]> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, 'coordinator', 'run', '--config', config],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const exited = once(child, 'exit')
  const lines: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line)
    if (/"msg":"coordinating"|^Coordinating task/.test(line)) child.kill('SIGINT')
  })
  await exited
  return lines
}

const CANCELLED = { code: 130, last: { event: 'error', code: 'CANCELLED' } }

describe('stderr says nothing twice', () => {
  it('without a log file it is the log alone, a JSON object a line', async () => {
    // The story is no JSON: a line of it would end the test here.
    const messages = (await saidBy(operatorConfig)).map((line) => (JSON.parse(line) as { msg: string }).msg)
    expect(messages).toContain('coordinating')
  })

  it('with a log file it is for people', async () => {
    const config = operatorConfig.replace('coordinator.toml', 'logged.toml')
    await writeFile(config, `${await readFile(operatorConfig, 'utf8')}\n[log]\nfile = "node.log"\n`)
    const lines = await saidBy(config)
    expect(lines).toContainEqual(expect.stringMatching(/^Coordinating task/))
    expect(lines.filter((line) => line.startsWith('{'))).toEqual([])
    expect(new Set(lines).size).toBe(lines.length)
  })
})

describe('Ctrl-C during a start ends the program with exit code 130', () => {
  const programs = (): [string, string[]][] => [
    ['coordinator run', ['coordinator', 'run', '--config', operatorConfig]],
    ['member run', ['member', 'run', '--config', memberConfig]],
    ['watch', ['watch', '--config', memberConfig]],
  ]

  it.runIf(LONG)('while the RPC node is down', async () => {
    for (const [name, args] of programs()) {
      world.proxy.fault = () => 'drop'
      expect(await interrupted(args, async (waiting) => waiting), name).toMatchObject(CANCELLED)
    }
  })

  it('while the RPC node is silent', async () => {
    const asked = Promise.withResolvers<void>()
    world.proxy.fault = () => (asked.resolve(), SILENCE)
    const args = ['coordinator', 'run', '--config', operatorConfig]
    expect(await interrupted(args, async () => asked.promise)).toMatchObject(CANCELLED)
  })

  it.runIf(LONG)('while the socket to the RPC node is half open', async () => {
    await using proxy = await startTcpProxy({ port: Number(new URL(world.on.anvil.wsUrl).port) })
    proxy.set('halfOpen')
    const config = memberConfig.replace('member.toml', 'half-open.toml')
    const text = await readFile(memberConfig, 'utf8')
    await writeFile(config, text.replace(/rpcUrl = ".*"/, `rpcUrl = "ws://127.0.0.1:${proxy.port}"`))
    const swallowed = proxy.swallowed()
    expect(await interrupted(['member', 'run', '--config', config], async () => swallowed)).toMatchObject(CANCELLED)
  })

  it.runIf(LONG)('while the coordinator is down', async () => {
    expect(await interrupted(['member', 'run', '--config', memberConfig], async (waiting) => waiting)).toMatchObject(CANCELLED)
  })

  it('and an audit that connects', async () => {
    const asked = Promise.withResolvers<void>()
    world.proxy.fault = () => (asked.resolve(), SILENCE)
    const args = ['audit', '--rpc', world.proxy.url, '--ledger', world.chain.ledger, '--evidence', world.folder]
    expect(await interrupted(args, async () => asked.promise)).toMatchObject(CANCELLED)
  })
})

it('a running node ends although its socket to the RPC node is half open', async () => {
  await using proxy = await startTcpProxy({ port: Number(new URL(world.on.anvil.wsUrl).port) })
  const config = operatorConfig.replace('coordinator.toml', 'half-open.toml')
  const text = await readFile(operatorConfig, 'utf8')
  await writeFile(config, text.replace(/rpcUrl = ".*"/, `rpcUrl = "ws://127.0.0.1:${proxy.port}"`))
  const ended = await interrupted(['coordinator', 'run', '--config', config], async (_, started) => {
    await started
    const swallowed = proxy.swallowed()
    proxy.set('halfOpen')
    await swallowed
  })
  expect(ended.code).toBe(0)
})

it('SIGTERM to the command, as a supervisor sends it, ends a running node in order and frees its folder', async () => {
  const args = [COMMAND, 'coordinator', 'run', '--config', operatorConfig]
  // Twice: the second start finds no lock of the first.
  for (const what of ['first', 'second']) {
    const { code } = await ended(args, 'SIGTERM', async (_, started) => {
      await started
      // Nothing stands between the supervisor and the process that holds the lock.
      expect(
        codeOf(() => openJournal(join(dirname(operatorConfig), 'data'))),
        what,
      ).toBe('STORAGE_LOCKED')
    })
    expect(code, what).toBe(0)
  }
  openJournal(join(dirname(operatorConfig), 'data')).close()
})

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return isQuorateError(error) ? error.code : String(error)
  }
}
