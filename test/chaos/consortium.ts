import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'smol-toml'
import { foundConsortium } from '../../cli/demo/consortium.ts'
import type { Consortium, DemoMember, DemoOperator } from '../../cli/demo/consortium.ts'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { parseEther } from 'viem'
import { silentLogger } from '../../src/core/index.ts'
import type { NodeEvent } from '../../src/node/index.ts'
import { ensureTlsIdentity } from '../../src/rpc/index.ts'
import { lowerHex } from '../../src/protocol/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { startRpcProxy } from '../support/chain/rpc-proxy.ts'
import type { RpcProxy } from '../support/chain/rpc-proxy.ts'
import { Miner } from './chain/miner.ts'
import { rpcTo } from './chain/rpc.ts'
import type { Rpc } from './chain/rpc.ts'
import { Gateway } from './network/gateway.ts'
import { Net } from './network/net.ts'
import { Ports } from './network/ports.ts'
import { Program } from './program.ts'
import { chaosTask } from './task.ts'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const MEMBER = fileURLToPath(new URL('./programs/member.ts', import.meta.url))
const LIAR = fileURLToPath(new URL('./programs/liar.ts', import.meta.url))
const REWARD = parseEther('1')
/** Seconds of the chain. The court's windows are an eighth of the challenge: longer than an honest program is ever away. */
const WINDOWS = { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 3600 }
/** Rewards for so many rounds: more than a run has. */
const FUNDED_ROUNDS = 1_000_000

/** Programs that reach the chain by a WebSocket alone, and those with three providers, of which the first is the one that fails. */
export const SOCKETS: readonly string[] = ['standby', 'member-1']
export const SEVERAL: readonly string[] = ['member-2']

export interface ChaosOptions {
  folder: string
  members: number
  /** Operators that will lie, one after the other. */
  liars: readonly string[]
  /** Seconds of the chain in a second. */
  pace: number
  seed: number
  random: () => number
  onEvent: (program: string, event: NodeEvent) => void
  onDeath: (program: Program, how: string) => void
  onStep: (step: string) => void
  signal: AbortSignal
}

/** A program whose party follows the protocol, or does not. */
export interface Party {
  program: Program
  owner: Address
  role: 'operator' | 'member'
  honest: boolean
  /** The chain as this program sees it; a program on a WebSocket has a gateway in its place. */
  rpc?: RpcProxy
}

/** The consortium of a run: real programs, and everything between them that can be broken. */
export interface ChaosConsortium extends AsyncDisposable {
  founded: Consortium
  parties: ReadonlyMap<string, Party>
  net: Net
  miner: Miner
  rpc: Rpc
  folder: string
}

/** What a configuration file has, as far as the harness changes it. */
interface Toml {
  chain: { rpcUrl: string | string[]; sealDepth?: number }
  p2p: { listen: string[]; announce?: string[] }
  state: { folder: string; keepRounds?: number | 'all' }
  log: { level: string; file?: string }
  grpc?: { listen: string }
  coordinator?: { address: string; ca: string }[]
  training?: { partition?: unknown; backend: string; evaluate: boolean }
}

/** Founds the consortium and puts a proxy between every two things that talk. No program runs yet; the chain does. */
export async function foundChaos(options: ChaosOptions): Promise<ChaosConsortium> {
  const { folder, members, liars, random } = options
  const flags = {
    members,
    rounds: FUNDED_ROUNDS,
    attack: ['none'],
    rule: 'nnmGm',
    model: 'mlp',
    partition: 'dirichlet:1',
    backend: 'cpu',
  }
  const founded = await foundConsortium({
    ...parseDemoFlags({ ...flags, rounds: 1, seed: 1, json: true, keep: true }),
    rounds: FUNDED_ROUNDS,
    folder,
    windows: WINDOWS,
    standby: true,
    spares: liars.length,
    files: chaosTask(REWARD),
    logger: silentLogger,
    onStep: options.onStep,
    signal: options.signal,
  })
  const rpc = rpcTo(founded.anvil.rpcUrl)
  const miner = new Miner(rpc, options.pace)
  const net = new Net()
  const parties = new Map<string, Party>()
  const closing: AsyncDisposable[] = []
  const names = [
    'coordinator',
    'standby',
    ...founded.members.map(({ index }) => `member-${index}`),
    ...liars.map((_, index) => `liar-${index}`),
  ]
  const addressOf = (name: string): string => `127.0.0.${10 + names.indexOf(name)}`
  const whois = (address: string): string => names[Number(address.split('.').at(-1)) - 10] ?? 'unknown'
  const ports = new Ports()
  /** Leads to a port of a program through the network that can be broken. */
  const gateway = async (to: string, target: number): Promise<number> => {
    const at = await ports.take()
    closing.push(await Gateway.open({ net, port: at, target, to, whois, random }))
    return at
  }
  const logs = join(folder, 'logs')
  await mkdir(logs, { recursive: true })
  await mkdir(join(folder, 'said'))

  const operators: { name: string; operator: DemoOperator; lie?: string }[] = [
    { name: 'coordinator', operator: founded.operator },
    { name: 'standby', operator: founded.standby! },
    ...founded.spares.map((operator, index) => ({ name: `liar-${index}`, operator, lie: liars[index]! })),
  ]
  /** Where members reach each operator, by the address that the founding gave it. */
  const doors = new Map<string, string>()
  /** Where each operator listens: on a port that stays its own while it is down. */
  const services = new Map<string, string>()
  for (const { name, operator } of operators) {
    // Members read all certificates when they start; an operator that has not run yet has none.
    await ensureTlsIdentity(operator.dataFolder + '/tls', { hosts: [] })
    const service = await ports.take()
    services.set(name, `127.0.0.1:${service}`)
    doors.set(operator.grpc.address, `127.0.0.1:${await gateway(name, service)}`)
  }

  /** Points one program's configuration at its proxies. */
  const rewire = async (name: string, path: string): Promise<RpcProxy | undefined> => {
    const config = parse(await readFile(path, 'utf8')) as unknown as Toml
    const { rpcUrl, port: chainPort } = founded.anvil
    const way = async (): Promise<string> => `127.0.0.1:${await gateway('chain', chainPort)}`
    const socket = async (): Promise<string> => `ws://${await way()}`
    let proxy: RpcProxy | undefined
    if (SOCKETS.includes(name)) config.chain.rpcUrl = await socket()
    else {
      proxy = await startRpcProxy(rpcUrl)
      closing.push(proxy)
      config.chain.rpcUrl = SEVERAL.includes(name) ? [proxy.url, `http://${await way()}`, await socket()] : proxy.url
    }
    config.chain.sealDepth = 1
    const listen = await ports.take()
    config.p2p = { listen: [`/ip4/127.0.0.1/tcp/${listen}`], announce: [`/ip4/127.0.0.1/tcp/${await gateway(name, listen)}`] }
    config.log = { level: 'debug', file: join(logs, `${name}.log`) }
    config.state.keepRounds = name === 'coordinator' || name === 'member-0' ? 'all' : 64
    if (config.grpc) config.grpc.listen = services.get(name)!
    for (const one of config.coordinator ?? []) one.address = doors.get(one.address)!
    if (config.training) {
      delete config.training.partition
      config.training.evaluate = false
    }
    await writeFile(path, stringify(config))
    return proxy
  }

  const make = (name: string, of: Pick<DemoMember, 'dataFolder' | 'owner'>, script: string, args: readonly string[]): Program =>
    new Program({
      name,
      script,
      args,
      address: addressOf(name),
      controlFile: join(folder, 'control', `${name}.json`),
      saidFile: join(folder, 'said', `${name}.jsonl`),
      errorFile: join(logs, `${name}.stderr`),
      dataFolder: of.dataFolder,
      onEvent: (event) => options.onEvent(name, event),
      onDeath: options.onDeath,
    })
  for (const { name, operator, lie } of operators) {
    const proxy = await rewire(name, operator.configPath)
    const program = lie
      ? make(name, operator, LIAR, ['--config', operator.configPath, '--lie', lie])
      : make(name, operator, MAIN, ['coordinator', 'run', '--config', operator.configPath, '--json'])
    parties.set(name, { program, owner: lowerHex(operator.owner), role: 'operator', honest: !lie, rpc: proxy })
  }
  for (const member of founded.members) {
    const name = `member-${member.index}`
    const proxy = await rewire(name, member.configPath)
    const program = make(name, member, MEMBER, ['--config', member.configPath])
    parties.set(name, { program, owner: lowerHex(member.owner), role: 'member', honest: true, rpc: proxy })
  }
  await miner.start()
  // Gas is no matter of this test: nobody runs out of it.
  for (const { key } of [...founded.members, ...operators.map(({ operator }) => operator)])
    await rpc('anvil_setBalance', key, `0x${parseEther('1000000').toString(16)}`)
  return {
    founded,
    parties,
    net,
    miner,
    rpc,
    folder,
    async [Symbol.asyncDispose]() {
      await Promise.all([...parties.values()].map(async ({ program }) => program.stop()))
      await Promise.all(closing.map(async (one) => one[Symbol.asyncDispose]()))
      await ports[Symbol.asyncDispose]()
      await miner.stop()
      await founded.chain.close()
      await founded.anvil.stop()
    },
  }
}
