import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { foundConsortium, REWARD_PER_ROUND } from '../../cli/demo/consortium.ts'
import { freePorts } from '../../cli/demo/free-port.ts'
import { NodeProcess } from '../../cli/demo/node-process.ts'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { silentLogger } from '../../src/core/index.ts'
import type { NodeEvent } from '../../src/node/index.ts'
import { processorTime } from '../processor-time.ts'
import { peakMemory } from './peak-memory.ts'
import { plainTask } from './plain-task.ts'
import { scrape } from './scrape.ts'

/** From the seal on a round is nobody's training. */
export const PHASES = ['reveal', 'attest', 'post', 'agree'] as const
export type PhaseName = (typeof PHASES)[number]

/** Seconds: on the wall, and of processor time of all programs together. */
export interface Spent {
  wall: number
  cpu: number
}

export interface QuorateRounds {
  /** One entry a round: from the coordinator's seal to its next opening. */
  rounds: { phases: Record<PhaseName, Spent>; whole: Spent }[]
  /** What all nodes did in a round, on average. */
  perRound: { updateBytes: number; requests: number; streams: number; gossip: number }
  /** Mean seconds of each duty of a round. */
  duties: Record<string, number>
  /** Peak memory, bytes: of the operator's program, and the largest of the members' programs. */
  memory: { operator: number; member: number }
}

const READY_MEMBER = fileURLToPath(new URL('./ready-member.ts', import.meta.url))

interface Mark extends Spent {
  round: number
  phase: string
}

/**
 * Rounds of a consortium of real programs on this machine (a process for the chain, one for the coordinator, one for each member), as the demo starts them. The members
 * make updates without training. What comes after the seal is measured. One round before those measured opens the connections.
 */
export async function quorateRounds({
  members,
  coordinates,
  rounds,
}: {
  members: number
  coordinates: number
  rounds: number
}): Promise<QuorateRounds> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-rounds-'))
  const ending = new AbortController()
  const { signal } = ending
  const programs: NodeProcess[] = []
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  try {
    const options = parseDemoFlags({
      members,
      rounds: rounds + 1,
      attack: ['none'],
      rule: 'nnmGm',
      model: 'mlp',
      partition: 'dirichlet:0.5',
      backend: 'cpu',
      seed: 1,
      json: true,
      keep: false,
    })
    await using cleanup = new AsyncDisposableStack()
    const consortium = await foundConsortium({
      ...options,
      folder,
      files: plainTask(coordinates, REWARD_PER_ROUND),
      logger: silentLogger,
      onStep: () => {},
      signal,
    })
    cleanup.defer(async () => {
      await consortium.chain.close()
      await consortium.anvil.stop()
    })
    const configs = [consortium.operator.configPath, ...consortium.members.map(({ configPath }) => configPath)]
    const ports = await freePorts(configs.length)
    await Promise.all(configs.map(async (path, i) => prepareConfig(path, ports[i]!)))
    cleanup.defer(async () => void (await Promise.all(programs.map(async (program) => program.stop()))))
    const marks: Mark[] = []
    const serving = Promise.withResolvers<void>()
    const done = Promise.withResolvers<void>()
    const onCoordinator = (event: NodeEvent): void => {
      if (event.event === 'started') serving.resolve()
      if (event.event !== 'round') return
      const { phase } = event
      const round = Number(event.round)
      const last = marks.at(-1)
      if (last && (round < last.round || (round === last.round && phase === last.phase))) return
      const pids = [consortium.anvil.pid, ...programs.flatMap(({ pid }) => pid ?? [])]
      marks.push({ round, phase, wall: performance.now() / 1000, cpu: processorTime(pids) })
      if (round === rounds + 2) done.resolve()
    }
    const start = (name: string, args: string[], onEvent: (event: NodeEvent) => void, program?: string): void =>
      void programs.push(new NodeProcess(name, args, onEvent, (error) => failed.reject(error), program))
    start('coordinator', ['coordinator', 'run', '--config', configs[0]!, '--json'], onCoordinator)
    await Promise.race([failed.promise, serving.promise])
    for (const [i, path] of configs.slice(1).entries())
      start(`member-${i}`, ['--config', path, '--index', `${i}`, '--coordinates', `${coordinates}`], () => {}, READY_MEMBER)
    await Promise.race([failed.promise, done.promise])
    const counts = await scrape(ports)
    const [operator = Number.NaN, ...others] = programs.map(({ pid }) => peakMemory(pid!))
    const each = (name: string): number => counts(name) / (rounds + 1)
    return {
      rounds: phasesOf(marks).slice(1, rounds + 1),
      perRound: {
        updateBytes: each('quorate_blob_fetched_bytes_total'),
        requests: each('quorate_blob_requests_total'),
        streams: each('quorate_blob_streams_total'),
        gossip: each('quorate_gossip_published_total'),
      },
      duties: Object.fromEntries(
        ['seal', 'reveal', 'fetch', 'attest', 'build', 'post', 'replay'].map((effect) => [
          effect,
          counts('quorate_round_effect_seconds_sum', effect) / counts('quorate_round_effect_seconds_count', effect),
        ]),
      ),
      memory: { operator, member: Math.max(...others) },
    }
  } finally {
    ending.abort()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Metrics to read the bytes from, and no evaluation of models, which is no part of a round. */
async function prepareConfig(path: string, port: number): Promise<void> {
  const config = await readFile(path, 'utf8')
  await writeFile(path, config.replace(/^evaluate = true$/m, 'evaluate = false'))
  await appendFile(path, `\n[metrics]\nlisten = "127.0.0.1:${port}"\n`)
}

/** What was spent between the marks of each round that went through all phases. */
function phasesOf(marks: readonly Mark[]): QuorateRounds['rounds'] {
  const rounds: QuorateRounds['rounds'] = []
  for (const sealed of marks.filter(({ phase }) => phase === 'reveal')) {
    const at = (round: number, phase: string): Mark | undefined =>
      marks.find((mark) => mark.round === round && mark.phase === phase)
    const stops = [...PHASES.map((phase) => at(sealed.round, phase)), at(sealed.round + 1, 'commit')]
    if (stops.some((stop) => stop === undefined)) continue
    const between = (from: Mark, to: Mark): Spent => ({ wall: to.wall - from.wall, cpu: to.cpu - from.cpu })
    const phases = Object.fromEntries(PHASES.map((phase, i) => [phase, between(stops[i]!, stops[i + 1]!)]))
    rounds.push({ phases: phases as Record<PhaseName, Spent>, whole: between(stops[0]!, stops.at(-1)!) })
  }
  return rounds
}
