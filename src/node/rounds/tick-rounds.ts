import { readPausedBetween } from '../../chain/index.ts'
import type { Chain, Contracts } from '../../chain/index.ts'
import type { Rounds } from './rounds.ts'

/**
 * Tells the rounds the chain's time. The ledger is asked for pauses each time, instead of collecting them from events.
 * Time and events arrive separately, and a round that hears of the time before the pause would close a window too
 * early.
 *
 * Errors: those of `readPausedBetween`; then no round gets the time, and the next block's time replaces it.
 */
export async function tickRounds(
  { rounds, ...needs }: PauseNeeds & { rounds: Pick<Rounds, 'states' | 'tick'> },
  now: number,
): Promise<void> {
  rounds.tick(now, await readPauses({ rounds, ...needs }, now))
}

export interface PauseNeeds {
  chain: Chain
  ledger: Contracts['ledger']
}

/** Seconds in which the contracts were paused until `now` since each round opened, by round. Errors: those of `readPausedBetween`. */
export async function readPauses(
  { chain, ledger, rounds }: PauseNeeds & { rounds: Pick<Rounds, 'states'> },
  now: number,
): Promise<ReadonlyMap<bigint, number>> {
  const since = rounds.states().map(({ plan: { round, openedAt } }) => ({ round, openedAt }))
  if (since.length === 0) return new Map()
  const pausedSince = async (from: number): Promise<number> =>
    from >= now ? 0 : readPausedBetween(chain, { ledger, from, to: now })
  // Mostly nothing was paused since the oldest round opened, so one question answers for all.
  const most = await pausedSince(Math.min(...since.map(({ openedAt }) => openedAt)))
  return new Map(
    await Promise.all(since.map(async ({ round, openedAt }) => [round, most === 0 ? 0 : await pausedSince(openedAt)] as const)),
  )
}
