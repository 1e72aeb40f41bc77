import { setTimeout as sleep } from 'node:timers/promises'
import { readCurrentRound } from '../../src/chain/index.ts'
import { sameAddress } from '../../src/protocol/index.ts'
import type { Violation } from './checkers/index.ts'
import { beginEpisode } from './episode.ts'
import type { Episode } from './episode.ts'
import { FAULTS } from './faults/index.ts'
import type { Action, Heal } from './faults/index.ts'
import { goOn } from './go-on.ts'
import { haltAll } from './halting.ts'
import type { Program } from './program.ts'
import type { Schedule } from './schedule.ts'
import { honest } from './world.ts'
import type { World } from './world.ts'

/** Claims that show that rounds go on after a fault. The next fault waits for its phase besides, and the end of the run for more claims. */
const CLAIMS = 1

export interface StrikesOptions {
  world: World
  /** How long rounds may take to go on, s. */
  patience: number
  onViolation: (violation: Violation) => void
}

/** Puts the faults of a schedule in force, each when its time or phase comes, and heals them. */
export class Strikes {
  /** Faults that were put in force, by kind. */
  readonly counts = new Map<string, number>()
  /** What became of the faults that waited for those before them. */
  readonly episodes: Episode[] = []
  readonly #options: StrikesOptions
  readonly #heals = new Set<Promise<void>>()
  /** Heals of faults that break something: lies aside, which others must bear. */
  readonly #breaks = new Set<Promise<void>>()
  /** Episodes whose fault has healed. */
  readonly #open: (() => Episode)[] = []

  constructor(options: StrikesOptions) {
    this.#options = options
  }

  /** Faults in force, lies aside. */
  get broken(): number {
    return this.#breaks.size
  }

  /** Resolves once all faults have begun; `healed` once they are over. */
  async play({ actions, seconds }: Schedule): Promise<void> {
    const { signal } = this.#options.world
    const start = performance.now()
    const until = async (at: number): Promise<void> =>
      sleep(Math.max(0, at * 1000 - (performance.now() - start)), undefined, { signal })
    for (const action of actions) {
      const { at, fault } = action
      if (typeof at === 'number') await until(at)
      else if (at.after !== undefined) await until(at.after)
      else await this.#calm(action)
      const done = this.#perform(action)
      const sets = fault === 'lie' ? [this.#heals] : [this.#heals, this.#breaks]
      for (const set of sets) {
        set.add(done)
        void done.finally(() => set.delete(done))
      }
    }
    if (actions.some(isSerial)) await this.#calm()
    await until(seconds)
  }

  async healed(): Promise<void> {
    await Promise.allSettled(this.#heals)
  }

  /** All that was broken is whole, and rounds have gone on. A challenge follows a lie, and no round goes on from one. */
  async #calm(next?: Action): Promise<void> {
    const { world, patience, onViolation } = this.#options
    await Promise.all(this.#breaks)
    if (typeof next?.at === 'object' && next.at.phase === 'challenge') return
    for (const violation of await goOn(world, CLAIMS, patience)) onViolation(violation)
    for (const end of this.#open.splice(0)) this.episodes.push(end())
  }

  async #perform(action: Action): Promise<void> {
    const { world, onViolation } = this.#options
    const { fault: name, seconds, params, at } = action
    const targets = await Promise.all([action.target].flat().map(async (name) => (name === 'seat' ? seatHolder(world) : name)))
    const phase = typeof at === 'object' ? at.phase : undefined
    try {
      const halted = phase && (await haltAll(watched(world, targets), phase, world.signal))
      if (typeof at === 'object' && at.delay !== undefined) {
        if (halted) halted.release()
        await sleep(at.delay * 1000, undefined, { signal: world.signal })
      }
      if (world.signal.aborted) return
      const where = halted
        ? halted.names.length > 0
          ? ` at ${phase}: ${halted.names.join(' ')}`
          : `; nobody came to ${phase}`
        : ''
      const long = typeof seconds === 'number' ? `for ${seconds} s` : `for ${seconds.chain} s of the chain`
      const words = [name, ...targets, ...(seconds === 0 ? [] : [long]), ...(params ? [JSON.stringify(params)] : [])]
      world.note(`! ${words.join(' ')}${where}`)
      const heals: Heal[] = []
      let healed: () => () => Episode
      try {
        healed = beginEpisode(
          world,
          { fault: name, target: [action.target].flat().join(' ') },
          halted && halted.names.length > 0 ? phase : undefined,
        )
        for (const target of targets) heals.push(await FAULTS.get(name)!.inject(world, { target, ...(params && { params }) }))
      } finally {
        halted?.release()
      }
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
      await lasting(world, seconds).catch(() => {})
      for (const heal of heals) await heal()
      if (isSerial(action) && name !== 'lie') this.#open.push(healed())
    } catch (error) {
      if (!world.signal.aborted)
        onViolation({
          rule: 'harness',
          key: `${name} ${String(error)}`,
          text: `${name} at ${targets.join(' ')}: ${(error as Error).stack ?? String(error)}`,
        })
    }
  }
}

/** How often a fault that lasts by the chain's time looks at it, ms. */
const LOOK_MS = 250

async function lasting({ consortium: { miner }, signal }: World, seconds: Action['seconds']): Promise<void> {
  if (typeof seconds === 'number') return sleep(seconds * 1000, undefined, { signal })
  const end = miner.time + seconds.chain
  while (miner.time < end) await sleep(LOOK_MS, undefined, { signal })
}

/** The program whose operator has the seat; the first operator where nobody has it. */
async function seatHolder({ consortium: { founded, parties } }: World): Promise<string> {
  const { chain, contracts, task } = founded
  const { operator } = await readCurrentRound(chain, { ledger: contracts.ledger, task })
  return [...parties].find(([, { owner }]) => sameAddress(owner, operator))?.[0] ?? 'coordinator'
}

/** Whether a fault waits for all before it. */
function isSerial({ at }: Action): boolean {
  return typeof at === 'object' && at.after === undefined
}

/** Whose phase counts: the running programs that the fault strikes, or everybody honest. */
function watched(world: World, targets: readonly string[]): Program[] {
  const running = honest(world)
    .map(({ program }) => program)
    .filter(({ state }) => state === 'up')
  const struck = running.filter(({ name }) => targets.includes(name))
  return struck.length > 0 ? struck : running
}
