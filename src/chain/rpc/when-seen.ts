import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { backoffMs } from './backoff.ts'
import { rpcFailureOf } from './rpc-failure-of.ts'

/** Repetitions: about five seconds in all. */
const REPEATS = 5
const BACKOFF = { baseMs: 200, capMs: 2_000 }

/**
 * The answer to a request about a block, from a back end that has seen the block. Repeats the request while the back
 * end has not. Errors: those of `ask`.
 */
export async function whenSeen<T>(
  { clock, random }: Pick<Chain, 'clock' | 'random'>,
  ask: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await abortable(ask(), signal)
    } catch (error) {
      if (attempt === REPEATS || rpcFailureOf(error)?.failure !== 'behind') throw error
      await clock.sleep(backoffMs(attempt, { ...BACKOFF, random }), signal)
    }
  }
}
