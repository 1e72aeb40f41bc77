import { isQuorateError, systemClock } from '../src/core/index.ts'
import type { Clock, Logger } from '../src/core/index.ts'
import type { NodeEvents } from '../src/node/index.ts'
import { Backoff } from '../src/rpc/index.ts'
import type { CoordinatorClient } from '../src/rpc/index.ts'

/** The pauses after an operator refused the session: nothing changes in a second. */
const PAUSE = { initialMs: 5_000, maxMs: 60_000 }

export interface WatchRoundsNeeds {
  events: Pick<NodeEvents, 'emit'>
  /** The only thing that ends the watch. */
  signal: AbortSignal
  logger: Logger
  clock?: Pick<Clock, 'sleep'>
}

/**
 * Keeps a session with an operator, which gives the operator this member's addresses, and reports the operator's rounds. An operator that
 * refuses the session today may have been behind the chain, so it is asked again, ever more seldom.
 */
export async function watchRounds(
  client: Pick<CoordinatorClient, 'watchRounds'>,
  { events, signal, logger, clock = systemClock }: WatchRoundsNeeds,
): Promise<void> {
  let logged: string | undefined
  const pause = new Backoff(PAUSE)
  while (!signal.aborted) {
    try {
      for await (const { round, phase, committed, members } of client.watchRounds({ signal })) {
        logged = undefined
        pause.reset()
        events.emit({ event: 'watched', round, phase, committed, members })
      }
    } catch (error) {
      if (signal.aborted) return
      const code = isQuorateError(error) ? error.code : 'INTERNAL'
      logger[logged === code ? 'debug' : 'warn'](
        { code, error: String(error) },
        'the watch of the coordinator ended; the node asks again',
      )
      logged = code
      await clock.sleep(pause.next(), signal).catch(() => {})
    }
  }
}
