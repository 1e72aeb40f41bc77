import { systemClock } from '../../core/index.ts'
import type { Clock, Logger } from '../../core/index.ts'
import { bucketTerms, epochOf } from '../../protocol/index.ts'
import type { RoundPlan } from '../../protocol/index.ts'

export interface AwaitBucketsOptions {
  /** Whether the buckets of a round are drawn. */
  isDrawn: (round: bigint, signal: AbortSignal) => Promise<boolean>
  logger: Pick<Logger, 'info' | 'warn'>
  /** Waits between two looks. Default the system's. */
  clock?: Pick<Clock, 'sleep'>
}

const LOOK_MS = 500

/**
 * What a claim waits for that opens the first round of an epoch of buckets: their draw. A round that opens before it is lost, and stands for a whole commit window. The claim waits for half of its post window at
 * most: a draw that nobody sends costs one round, and not the seat.
 *
 * @example const ready = awaitBuckets({ isDrawn, logger })
 */
export function awaitBuckets({
  isDrawn,
  logger,
  clock = systemClock,
}: AwaitBucketsOptions): (plan: Pick<RoundPlan, 'round' | 'spec' | 'windows'>, signal: AbortSignal) => Promise<void> {
  return async ({ round, spec, windows }, signal) => {
    const terms = bucketTerms(spec)
    const next = round + 1n
    if (!terms || epochOf(next, terms) === epochOf(round, terms)) return
    for (let waited = 0; !(await isDrawn(next, signal)); waited += LOOK_MS) {
      if (waited === 0) logger.info({ round }, 'the claim waits until the buckets of the next round are drawn')
      if (waited >= windows.post * 500)
        return logger.warn({ round }, 'the buckets of the next round are not drawn: that round is lost')
      await clock.sleep(LOOK_MS, signal)
    }
  }
}
