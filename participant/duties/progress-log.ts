import { secondsLeft } from '../../src/core/index.ts'
import type { Logger } from '../../src/core/index.ts'
import type { NodeEvents } from '../../src/node/index.ts'
import type { TrainProgress } from '../../src/training/index.ts'

/** Seconds from one line to the next, and from one event to the next. */
const EVERY = 15
const EVENT_EVERY = 1

export interface ProgressLogOptions {
  logger: Pick<Logger, 'info'>
  events: Pick<NodeEvents, 'emit'>
  round: bigint
  /** Seconds; any origin. */
  now: () => number
}

/**
 * Tells how a long training goes: in the log at most every 15 seconds, as an event at most every second. Short trainings leave no line.
 *
 * @returns what `Trainer.train` takes as `onProgress`
 */
export function progressLog({ logger, events, round, now }: ProgressLogOptions): (progress: TrainProgress) => void {
  const started = now()
  let logged = started
  let told = started
  return ({ batches, total, epoch, loss }) => {
    const time = now()
    const left = total > 0 ? secondsLeft({ elapsed: time - started, done: batches, total }) : undefined
    const progress = {
      batches,
      total,
      loss,
      ...(epoch !== undefined && { epoch }),
      ...(left !== undefined && { secondsLeft: Math.round(left) }),
    }
    if (time - told >= EVENT_EVERY) {
      told = time
      events.emit({ event: 'training', round, ...progress })
    }
    if (time - logged < EVERY) return
    logged = time
    logger.info({ round, ...progress, seconds: time - started }, 'training')
  }
}
