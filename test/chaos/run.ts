import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeEvent } from '../../src/node/index.ts'
import { createRandom } from '../../src/training/index.ts'
import { History } from './chain/history.ts'
import type { Miner } from './chain/miner.ts'
import { allCheckers, falseClaims } from './checkers/index.ts'
import type { Checker, Sample, Violation } from './checkers/index.ts'
import { foundChaos } from './consortium.ts'
import type { Episode } from './episode.ts'
import { goOn } from './go-on.ts'
import { isAsked } from './is-asked.ts'
import type { Program } from './program.ts'
import { formatSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'
import { Strikes } from './strikes.ts'
import type { World } from './world.ts'

/** Pause between two looks of the checkers, ms. */
const LOOK_MS = 3000
/** Claims that must be posted after the last fault has healed. */
const TAIL_CLAIMS = 3
/** How long the first claim, and the quiet time, may take, s. */
const PATIENCE_SECONDS = 600
/** Before a program that died is started again, ms. */
const AGAIN_MS = 1000

/** Events of a program that gets on. One that tries again and again does not. */
const PROGRESS: ReadonlySet<NodeEvent['event']> = new Set([
  'started',
  'round',
  'trained',
  'sealed',
  'built',
  'posted',
  'replayed',
])

export interface RunOptions {
  schedule: Schedule
  /** Tells the story, line by line. */
  onLine: (line: string) => void
  /** Keeps the folder of a run that went well, too. */
  keep?: boolean
  /** Ends the run at its first violation. */
  first?: boolean
  /** How long rounds may take to go on, seconds. Default ten minutes. */
  patience?: number
  signal?: AbortSignal
}

export interface Found extends Violation {
  /** Seconds after the start. */
  at: number
}

export interface RunResult {
  schedule: Schedule
  violations: Found[]
  /** Faults that were put in force, by kind. */
  faults: ReadonlyMap<string, number>
  /** What each fault did that waited for those before it. */
  episodes: readonly Episode[]
  /** What rounds became. */
  rounds: { posted: number; failed: number; voided: number; rejected: number; audited: number }
  /** Starts of programs after their first. */
  restarts: number
  blocks: number
  reorganised: number
  seconds: number
  samples: Sample[]
  /** Logs, data and the schedule; gone where the run went well. */
  folder: string
  kept: boolean
}

/** Runs a consortium of real programs under a schedule of faults, and checks that what must hold does. */
export async function runChaos({
  schedule,
  onLine,
  keep = false,
  first = false,
  patience = PATIENCE_SECONDS,
  signal: outer,
}: RunOptions): Promise<RunResult> {
  const run = new Run(schedule, onLine, first, patience, outer)
  return run.play(keep)
}

function max(a: bigint, b: bigint | undefined): bigint {
  return b !== undefined && b > a ? b : a
}

class Run {
  readonly #schedule: Schedule
  readonly #onLine: (line: string) => void
  readonly #first: boolean
  readonly #patience: number
  readonly #ending = new AbortController()
  readonly #signal: AbortSignal
  readonly #began = performance.now()
  readonly #found = new Map<string, Found>()
  readonly #samples: Sample[] = []
  readonly #turns = new Map<string, Promise<unknown>>()
  readonly #checkers: Checker[]
  #miner: Miner | undefined
  #audited = 0
  readonly #newest = new Map<string, bigint>()
  readonly #denied = new Set<string>()
  #over = false

  constructor(
    schedule: Schedule,
    onLine: (line: string) => void,
    first: boolean,
    patience: number,
    outer: AbortSignal | undefined,
  ) {
    this.#schedule = schedule
    this.#onLine = onLine
    this.#first = first
    this.#patience = patience
    this.#signal = AbortSignal.any([this.#ending.signal, ...(outer ? [outer] : [])])
    this.#checkers = allCheckers({ samples: this.#samples, onAudited: (rounds) => (this.#audited = rounds) })
  }

  async play(keep: boolean): Promise<RunResult> {
    const { seed, members, lies, pace } = this.#schedule
    const folder = await mkdtemp(join(tmpdir(), `quorate-chaos-${seed}-`))
    await writeFile(join(folder, 'schedule.json'), formatSchedule(this.#schedule))
    const source = createRandom(seed, 'chaos', 'run')
    const random = (): number => source.unit()
    this.#say(`seed ${seed}, ${this.#schedule.actions.length} faults in ${this.#schedule.seconds} s; everything is in ${folder}`)
    const consortium = await foundChaos({
      folder,
      members,
      liars: lies,
      pace,
      seed,
      random,
      onEvent: (program, event) => this.#onEvent(program, event),
      onDeath: (program, how) => this.#onDeath(program, how),
      onStep: () => {},
      signal: this.#signal,
    })
    this.#miner = consortium.miner
    const history = new History(consortium.founded)
    const world: World = {
      consortium,
      history,
      random,
      note: (text) => this.#say(text),
      turn: async (program, work) => this.#turn(program, work),
      tampered: new Set(),
      newest: this.#newest,
      signal: this.#signal,
    }
    const strikes = new Strikes({
      world,
      patience: this.#patience,
      onViolation: (violation) => this.#violate(violation),
    })
    const result = (): RunResult => ({
      schedule: this.#schedule,
      violations: [...this.#found.values()],
      faults: strikes.counts,
      episodes: strikes.episodes,
      rounds: {
        posted: history.of('posted').length,
        failed: history.of('failed').length,
        voided: history.of('voided').length,
        rejected: history.of('rejected').length,
        audited: this.#audited,
      },
      restarts: [...consortium.parties.values()].reduce((sum, { program }) => sum + Math.max(0, program.starts - 1), 0),
      blocks: Number(history.events.at(-1)?.blockNumber ?? 0n),
      reorganised: strikes.counts.get('reorg') ?? 0,
      seconds: Math.round((performance.now() - this.#began) / 1000),
      samples: this.#samples,
      folder,
      kept: true,
    })
    try {
      for (const { program, honest } of consortium.parties.values()) if (honest) program.start()
      const [late] = await goOn(world, 1, PATIENCE_SECONDS)
      if (late) throw new Error(`before the first fault, ${late.text}`)
      this.#say('the first claim is posted: faults begin')
      const looking = this.#look(world, strikes)
      await strikes.play(this.#schedule)
      await strikes.healed()
      this.#say('everything is whole again: a quiet time')
      await this.#quiet(world)
      this.#over = true
      await looking
      await this.#finish(world)
    } catch (error) {
      if (!this.#signal.aborted)
        this.#violate({ rule: 'harness', key: String(error), text: `the run broke: ${(error as Error).stack ?? String(error)}` })
    } finally {
      this.#over = true
      this.#ending.abort()
      await strikes.healed()
      await consortium[Symbol.asyncDispose]()
    }
    const told = result()
    if (told.violations.length > 0 || keep) return told
    await rm(folder, { recursive: true, force: true })
    return { ...told, kept: false }
  }

  #say(text: string): void {
    this.#onLine(`${((performance.now() - this.#began) / 1000).toFixed(1).padStart(7)} ${text}`)
  }

  #violate(violation: Violation): void {
    const key = `${violation.rule} ${violation.key}`
    if (this.#found.has(key)) return
    this.#found.set(key, { ...violation, at: Math.round((performance.now() - this.#began) / 1000) })
    this.#say(`VIOLATION ${violation.rule}: ${violation.text}`)
    if (this.#first) this.#ending.abort()
  }

  #onEvent(program: string, event: NodeEvent): void {
    if (PROGRESS.has(event.event)) this.#miner?.progress()
    for (const checker of this.#checkers) for (const violation of checker.event?.(program, event) ?? []) this.#violate(violation)
    if (event.event === 'replayed' || event.event === 'posted')
      this.#newest.set(program, max(event.round, this.#newest.get(program)))
    if (event.event === 'mismatch') {
      // Some try again and again: told once.
      if (this.#denied.has(`${program} ${event.claimHash}`)) return
      this.#denied.add(`${program} ${event.claimHash}`)
    }
    if (['posted', 'fraud', 'mismatch', 'voided'].includes(event.event) && 'round' in event)
      this.#say(`· ${program}: ${event.event} ${event.round}`)
  }

  #onDeath(program: Program, how: string): void {
    this.#violate({
      rule: 'alive',
      key: `${program.name.replace(/-\d+$/, '')} ${how.replaceAll(/0x[0-9a-f]+|\d+/gi, '#')}`,
      text: `${program.name} ended with ${how}`,
    })
    void this.#turn(program.name, async () => {
      await sleep(AGAIN_MS, undefined, { signal: this.#signal }).catch(() => {})
      if (!this.#over) program.start()
    })
  }

  async #turn<T>(program: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(program) ?? Promise.resolve()).then(work)
    this.#turns.set(
      program,
      turn.catch(() => {}),
    )
    return turn
  }

  async #look(world: World, strikes: Strikes): Promise<void> {
    while (!this.#over && !this.#signal.aborted) {
      try {
        await world.history.look()
        // The windows of the court are an eighth of an hour, fifteen seconds in haste: too few for whoever has to answer on a slow machine.
        world.consortium.miner.hasty = strikes.broken === 0 && falseClaims(world).length > 0 && !(await isAsked(world))
        for (const { look } of this.#checkers) for (const violation of (await look?.(world)) ?? []) this.#violate(violation)
      } catch (error) {
        // The chain is frozen, or the run ends.
        if (!this.#over && !this.#signal.aborted) this.#say(`(a look failed: ${String(error).split('\n')[0]})`)
      }
      await sleep(LOOK_MS, undefined, { signal: this.#signal }).catch(() => {})
    }
  }

  /** All is whole: rounds must go on, and lies must go. */
  async #quiet(world: World): Promise<void> {
    for (const violation of await goOn(world, TAIL_CLAIMS, this.#patience)) this.#violate(violation)
  }

  async #finish(world: World): Promise<void> {
    this.#say('stopping the programs')
    await Promise.all(
      [...world.consortium.parties].map(async ([name, { program }]) => {
        if (await this.#turn(name, async () => program.stop())) return
        this.#violate({
          rule: 'alive',
          key: `stop ${name.replace(/-\d+$/, '')}`,
          text: `${name} did not end when it was asked to`,
        })
      }),
    )
    await world.history.look()
    for (const { look, end } of this.#checkers) {
      for (const violation of (await look?.(world)) ?? []) this.#violate(violation)
      for (const violation of (await end?.(world)) ?? []) this.#violate(violation)
    }
  }
}
