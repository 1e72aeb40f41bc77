import fc from 'fast-check'
import { endWell, play, WEIGHTS } from './moves.ts'
import type { Move, MoveKind } from './moves.ts'
import { World } from './world.ts'
import type { Fault } from './world.ts'

/** Plays a game to its end. @throws Violation when a rule does not hold */
export function runGame(moves: readonly Move[], fault?: Fault): World {
  const world = new World(fault)
  for (const move of moves) play(world, move)
  endWell(world)
  return world
}

const kind = fc.oneof(...Object.entries(WEIGHTS).map(([name, weight]) => ({ arbitrary: fc.constant(name as MoveKind), weight })))
/** Games of up to `most` moves. */
export const games = (most: number): fc.Arbitrary<Move[]> =>
  fc.array(fc.tuple(kind, fc.nat(7), fc.nat(7)), { maxLength: most, size: 'max' })

export interface SimulationOptions {
  seed: number
  /** Games to play at most. */
  games: number
  /** Seconds to play at most. */
  seconds?: number
  /** Moves of the longest game. */
  moves?: number
  fault?: Fault
  /** Told of the steps so far, now and then. */
  onProgress?: (done: { games: number; steps: number }) => void
}

export interface Simulation {
  games: number
  /** Events, messages and duties that nodes took. */
  steps: number
  /** What happened on chain, by kind of event. */
  events: Record<string, number>
  /** The rule that did not hold, with the smallest game that breaks it. */
  violation?: { message: string; stepsBefore: number; moves: readonly Move[] }
}

/** Plays random games until a rule breaks, and makes that game smaller. */
export function simulate({ seed, games: most, seconds, moves = 250, fault, onProgress }: SimulationOptions): Simulation {
  let [played, steps, found] = [0, 0, 0]
  const events: Record<string, number> = {}
  const run = fc.check(
    fc.property(games(moves), (game) => {
      try {
        const world = runGame(game, fault)
        if (found > 0) return
        played++
        steps += world.steps
        for (let number = 0; number <= world.chain.head.number; number++)
          for (const { type } of world.chain.block(number)!.events) events[type] = (events[type] ?? 0) + 1
        if (played % 100 === 0) onProgress?.({ games: played, steps })
      } catch (error) {
        found ||= steps
        throw error
      }
    }),
    { seed, numRuns: most, ...(seconds !== undefined && { interruptAfterTimeLimit: seconds * 1000 }) },
  )
  const [smallest] = run.counterexample ?? []
  return {
    games: played,
    steps,
    events,
    ...(run.failed && smallest && { violation: { message: String(run.errorInstance), stepsBefore: found, moves: smallest } }),
  }
}
