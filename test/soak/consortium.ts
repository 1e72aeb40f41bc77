import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'smol-toml'
import { parseEther } from 'viem'
import { foundConsortium } from '../../cli/demo/consortium.ts'
import type { Consortium } from '../../cli/demo/consortium.ts'
import { freePorts } from '../../cli/demo/free-port.ts'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { silentLogger } from '../../src/core/index.ts'
import type { NodeEvent } from '../../src/node/index.ts'
import { ensureTlsIdentity } from '../../src/rpc/index.ts'
import { Miner } from '../chaos/chain/miner.ts'
import { rpcTo } from '../chaos/chain/rpc.ts'
import { Program } from '../chaos/program.ts'
import { chaosTask } from '../chaos/task.ts'

const PRELOAD = fileURLToPath(new URL('./preload.ts', import.meta.url))
const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const MEMBER = fileURLToPath(new URL('../chaos/programs/member.ts', import.meta.url))
const REWARD = parseEther('1')
/** Seconds of the chain. Longer than programs take on any machine: no round is lost because they are slow. */
const WINDOWS = { commit: 600, reveal: 600, attest: 600, post: 600 }
/** How fast the chain's time runs when nothing happens. */
const PACE = 4
/** Blocks without transactions are few: each program reads every block. */
const BLOCK_MS = 3000

/** The member that reaches the chain by a WebSocket alone. */
export const SOCKET = 'member-1'

export interface SoakConsortiumOptions {
  folder: string
  members: number
  /** Claims that there are rewards for. */
  rounds: number
  /** Seconds of the challenge window. */
  challenge: number
  /** Newest rounds that each program keeps. */
  keepRounds: number
  onEvent: (program: string, event: NodeEvent) => void
  onDeath: (program: Program, how: string) => void
  signal: AbortSignal
}

export interface SoakParty {
  program: Program
  /** Where it serves its metrics. */
  metrics: string
}

/** An operator and members as real programs, on a chain whose blocks and time the run makes. */
export interface SoakConsortium extends AsyncDisposable {
  founded: Consortium
  parties: ReadonlyMap<string, SoakParty>
  miner: Miner
}

/** Founds the consortium; no program runs yet. */
export async function foundSoak(options: SoakConsortiumOptions): Promise<SoakConsortium> {
  const { folder, members, rounds, challenge, keepRounds, signal } = options
  const flags = { members, attack: ['none'], rule: 'nnmGm', model: 'mlp', partition: 'dirichlet:1', backend: 'cpu' }
  const founded = await foundConsortium({
    ...parseDemoFlags({ ...flags, rounds: 1, seed: 1, json: true, keep: true }),
    rounds,
    folder,
    windows: { ...WINDOWS, challenge },
    files: chaosTask(REWARD),
    logger: silentLogger,
    onStep: () => {},
    signal,
  })
  const logs = join(folder, 'logs')
  await mkdir(logs)
  const { rpcUrl, port } = founded.anvil
  const ports = await freePorts(members + 1)
  const parties = new Map<string, SoakParty>()
  const add = async (name: string, home: { configPath: string; dataFolder: string }, script: string, args: string[]) => {
    const { configPath, dataFolder } = home
    const metrics = `127.0.0.1:${ports.pop()!}`
    const config = parse(await readFile(configPath, 'utf8'))
    Object.assign(config['chain'] as object, { rpcUrl: name === SOCKET ? `ws://127.0.0.1:${port}` : rpcUrl })
    Object.assign(config['state'] as object, { keepRounds })
    Object.assign(config, { metrics: { listen: metrics }, log: { level: 'info', file: join(logs, `${name}.log`) } })
    const { training } = config as { training?: { partition?: unknown; evaluate: boolean } }
    if (training) {
      delete training.partition
      training.evaluate = false
    }
    await writeFile(configPath, stringify(config))
    const program = new Program({
      name,
      script,
      args: [...args, '--config', configPath],
      address: '127.0.0.1',
      preload: PRELOAD,
      controlFile: join(folder, 'control', `${name}.json`),
      saidFile: '',
      errorFile: join(logs, `${name}.stderr`),
      dataFolder,
      onEvent: (event) => options.onEvent(name, event),
      onDeath: options.onDeath,
    })
    parties.set(name, { program, metrics })
  }
  // A member reads the operator's certificate when it starts.
  await ensureTlsIdentity(`${founded.operator.dataFolder}/tls`, { hosts: [] })
  await add('coordinator', founded.operator, MAIN, ['coordinator', 'run', '--json'])
  for (const member of founded.members) await add(`member-${member.index}`, member, MEMBER, [])
  const rpc = rpcTo(rpcUrl)
  for (const { key } of [founded.operator, ...founded.members])
    await rpc('anvil_setBalance', key, `0x${parseEther('1000000').toString(16)}`)
  const miner = new Miner(rpc, PACE, BLOCK_MS)
  await miner.start()
  return {
    founded,
    parties,
    miner,
    async [Symbol.asyncDispose]() {
      await Promise.all([...parties.values()].map(async ({ program }) => program.stop()))
      await miner.stop()
      await founded.chain.close()
      await founded.anvil.stop()
    },
  }
}
