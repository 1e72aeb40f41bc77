import { setTimeout as sleep } from 'node:timers/promises'
import { falseClaims } from './checkers/index.ts'
import type { Violation } from './checkers/index.ts'
import { honest } from './world.ts'
import type { World } from './world.ts'

/** Blocks that must pass with each second of patience: a chain that stood still says nothing about the programs. */
const PATIENCE_BLOCKS = 1.6
const LOOK_MS = 500

/**
 * Waits until rounds have gone on: `claims` more are posted, no false claim stands, and every honest program has replayed the last of them, or a later one. The others
 * would not stop for a program that lost the way for good.
 *
 * @param patience seconds; so many blocks must have passed as well before it counts as too long
 * @returns what did not go on
 */
export async function goOn(world: World, claims: number, patience: number): Promise<Violation[]> {
  const { history, consortium, signal } = world
  const from = performance.now()
  const { number: first } = await consortium.miner.head()
  await history.look()
  const before = new Set(history.of('posted').map(({ claimHash }) => claimHash))
  /** The round that everybody must come to. */
  let goal: bigint | undefined
  for (;;) {
    await sleep(LOOK_MS, undefined, { signal })
    await history.look()
    const fresh = history.of('posted').filter(({ claimHash }) => !before.has(claimHash))
    if (fresh.length >= claims) goal ??= fresh.at(-1)!.round
    const behind = goal === undefined ? [] : programsBehind(world, goal)
    if (goal !== undefined && behind.length === 0 && falseClaims(world).length === 0) return []
    const blocks = (await consortium.miner.head()).number - first
    if (performance.now() - from < patience * 1000 || blocks < patience * PATIENCE_BLOCKS) continue
    if (goal === undefined)
      return [violation('rounds', `${fresh.length} of ${claims} claims were posted in ${blocks} blocks while nothing was broken`)]
    return behind.map((name) =>
      violation(name, `${name} did not come to the claim of round ${goal} in ${blocks} blocks, as others did`),
    )
  }
}

/** Honest programs that run and have neither replayed nor posted the claim of that round, or of one after it. */
function programsBehind(world: World, round: bigint): string[] {
  return honest(world)
    .filter(({ program: { name, state } }) => state === 'up' && (world.newest.get(name) ?? -1n) < round)
    .map(({ program }) => program.name)
}

function violation(key: string, text: string): Violation {
  return { rule: 'liveness', key, text }
}
