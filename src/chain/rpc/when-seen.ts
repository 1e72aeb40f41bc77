import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { backoffMs } from './backoff.ts'
import { rpcFailureOf } from './rpc-failure-of.ts'

/** Repetitions: about half a minute in all, the three blocks by which the back ends of a slow chain may lag. */
const REPEATS = 16
const BACKOFF = { baseMs: 200, capMs: 2_000 }

/**
 * The answer to a request about a block, from a back end that has seen the block. Repeats the request while the back
 * end has not, unless the block is gone. Errors: those of `ask`.
 *
 * @param isGone whether another block has taken the place of this one
 */
export async function whenSeen<T>(
  { clock, random }: Pick<Chain, 'clock' | 'random'>,
  ask: () => Promise<T>,
  signal?: AbortSignal,
  isGone?: () => Promise<boolean>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await abortable(ask(), signal)
    } catch (error) {
      if (attempt === REPEATS || rpcFailureOf(error)?.failure !== 'behind') throw error
      if (await isGone?.()) throw error
      await clock.sleep(backoffMs(attempt, { ...BACKOFF, random }), signal)
    }
  }
}
