import { readPausedBetween } from '../../chain/index.ts'
import type { Chain, Contracts } from '../../chain/index.ts'
import type { Rounds } from './rounds.ts'

/**
 * Tells the rounds the chain's time. What was paused is asked of the ledger each time, not gathered from events: time and events come by
 * different ways, and a round that first heard of the time and then of the pause would have closed a window too early.
 *
 * Errors: those of `readPausedBetween`; then no round was told, and the next block's time makes up for it.
 */
export async function tickRounds(
  { chain, ledger, rounds }: { chain: Chain; ledger: Contracts['ledger']; rounds: Pick<Rounds, 'states' | 'tick'> },
  now: number,
): Promise<void> {
  const since = rounds.states().map(({ plan: { round, openedAt } }) => ({ round, openedAt }))
  if (since.length === 0) return rounds.tick(now)
  const pausedSince = async (from: number): Promise<number> =>
    from >= now ? 0 : readPausedBetween(chain, { ledger, from, to: now })
  // Mostly nothing was paused since the oldest round opened, so one question answers for all.
  const most = await pausedSince(Math.min(...since.map(({ openedAt }) => openedAt)))
  const paused = await Promise.all(
    since.map(async ({ round, openedAt }) => [round, most === 0 ? 0 : await pausedSince(openedAt)] as const),
  )
  rounds.tick(now, new Map(paused))
}
