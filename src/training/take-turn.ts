import { setImmediate as nextTurn } from 'node:timers/promises'
import { QuorateError } from '../core/errors.ts'

/** Milliseconds of computing after which the sockets and timers of the process get their turn. */
const TURN = 20

export interface TakeTurn {
  /** Yields if enough time has passed; true if it did. @throws CANCELLED */
  (): Promise<boolean>
  /** Yields in any case. @throws CANCELLED */
  now(): Promise<true>
}

/** Keeps a long computation polite: it shares the event loop with the node's network. */
export function turnTaker(signal?: AbortSignal): TakeTurn {
  let since = performance.now()
  const now = async (): Promise<true> => {
    await nextTurn()
    if (signal?.aborted) throw new QuorateError('CANCELLED', 'the computation was cancelled', { cause: signal.reason })
    since = performance.now()
    return true
  }
  const takeTurn = async (): Promise<boolean> => (performance.now() - since < TURN ? false : now())
  return Object.assign(takeTurn, { now })
}
