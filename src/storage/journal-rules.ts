import { QuorateError } from '../core/index.ts'
import { MAX_ROUND } from './journal.ts'

/** INTERNAL unless the round fits a journal. */
export function checkRound(round: bigint): void {
  if (round < 0n || round > MAX_ROUND) throw new QuorateError('INTERNAL', `round ${round} is outside 0…2^63−1`)
}

/** INTERNAL for a promise: its work would run after the transaction has ended. */
export function assertSynchronous<T>(result: T): T {
  if (typeof (result as { then?: unknown } | null)?.then === 'function') {
    throw new QuorateError('INTERNAL', 'a journal transaction must be synchronous')
  }
  return result
}
