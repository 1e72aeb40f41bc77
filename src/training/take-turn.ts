import { setImmediate as nextTurn } from 'node:timers/promises'
import { QuorateError } from '../core/errors.ts'

/** Milliseconds of computing after which the sockets and timers of the process get their turn. */
const TURN = 20

export interface TakeTurn {
  /** Yields if enough time has passed. @throws CANCELLED as soon as the signal is aborted, yielding or not */
  (): Promise<void>
  /** Yields in any case. @throws CANCELLED */
  now(): Promise<void>
}

/** Keeps a long computation polite: it shares the event loop with the node's network. */
export function turnTaker(signal?: AbortSignal): TakeTurn {
  let since = performance.now()
  const check = (): void => {
    if (signal?.aborted) throw new QuorateError('CANCELLED', 'the computation was cancelled', { cause: signal.reason })
  }
  const now = async (): Promise<void> => {
    await nextTurn()
    check()
    since = performance.now()
  }
  const takeTurn = async (): Promise<void> => {
    check()
    if (performance.now() - since >= TURN) await now()
  }
  return Object.assign(takeTurn, { now })
}
