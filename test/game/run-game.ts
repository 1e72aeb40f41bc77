import fc from 'fast-check'
import { deployStage } from './chain/deploy.ts'
import { Evm } from './chain/evm.ts'
import { BEGINNING, STEPS } from './choices.ts'
import { newModel } from './commands.ts'
import { newStats } from './stats.ts'
import type { Stats } from './stats.ts'
import { Violation } from './violation.ts'
import { World } from './world.ts'

export interface GameOptions {
  seed: number
  /** Ends after this many steps. */
  steps: number
  /** Steps of one game, at most. */
  length?: number
  /** Of a counterexample: where fast-check found it, and which of its commands were run. */
  path?: string
  replayPath?: string
  /** Ends at the first failure, without looking for a shorter one. */
  first?: boolean
  /** Whether the ledger is compared with the oracle; default true. */
  oracle?: boolean
  /** No game begins once it is true. */
  isOver?: () => boolean
  onGame?: (stats: Stats) => void
}

const GAMES_OF_A_SEED = 8
/** How long a shorter counterexample is looked for. */
const SHRINK_MS = 60_000

export interface GameResult {
  stats: Stats
  /** The first rule that did not hold, with what repeats it. */
  failure?: {
    seed: number
    steps: number
    message: string
    path: string
    replayPath: string
    counterexample: string
    story: readonly string[]
  }
}

/** Plays games until there were enough steps, or a rule does not hold; then the shortest way there is looked for. */
export async function runGame({
  seed,
  steps,
  length = 120,
  path,
  replayPath,
  first = false,
  oracle = true,
  isOver = () => false,
  onGame,
}: GameOptions): Promise<GameResult> {
  await using evm = await Evm.start()
  const stage = await deployStage(evm)
  const stats = newStats()
  let [start, story, failedAt, found]: [unknown, readonly string[], number, number] = [await evm.rpc('evm_snapshot'), [], 0, 0]
  const commands = fc.commands(STEPS, { maxCommands: length, size: 'max', ...(replayPath !== undefined && { replayPath }) })
  const property = fc.asyncProperty(BEGINNING, commands, async (beginning, chosen) => {
    if (failedAt === 0 ? stats.steps >= steps || isOver() : performance.now() > failedAt + SHRINK_MS) return
    await evm.rpc('evm_revert', start)
    start = await evm.rpc('evm_snapshot')
    const world = new World(evm, stage, stats)
    await world.begin({ oracle })
    stats.games++
    try {
      const model = newModel()
      await beginning.run(model, world)
      await fc.asyncModelRun(() => ({ model, real: world }), chosen)
    } catch (error) {
      failedAt ||= performance.now()
      found ||= stats.steps
      story = [...world.story]
      throw error
    }
    onGame?.(failedAt === 0 ? stats : { ...stats, steps })
  })
  // A few games a seed: fast-check would make the commands of all its runs, also of those that are not played.
  for (let turn = 0; stats.steps < steps && !isOver(); turn++) {
    const check = await fc.check(property, {
      seed: seed + turn,
      numRuns: GAMES_OF_A_SEED,
      endOnFailure: first,
      ...(path !== undefined && { path }),
      interruptAfterTimeLimit: 2 ** 31 - 1,
    })
    if (check.failed) return { stats, failure: failureOf(check, seed + turn, found, story) }
    if (path !== undefined) break
  }
  return { stats }
}

type Failed = Pick<fc.RunDetails<readonly unknown[]>, 'counterexample' | 'counterexamplePath' | 'errorInstance'>

function failureOf(
  { counterexample, counterexamplePath, errorInstance }: Failed,
  seed: number,
  steps: number,
  story: readonly string[],
): NonNullable<GameResult['failure']> {
  const text = counterexample?.map(String).join(', then ') ?? ''
  const replayPath = /replayPath="([^"]*)"/.exec(text)?.[1] ?? ''
  const message = errorInstance instanceof Violation ? errorInstance.message : String((errorInstance as Error | null)?.stack)
  return { seed, steps, message, path: counterexamplePath ?? '', replayPath, counterexample: text, story }
}
