import { join } from 'node:path'
import { systemClock } from '../../core/index.ts'
import type { Logger } from '../../core/index.ts'
import { mlflowTracker, tensorboardTracker } from '../../observe/tracking/index.ts'
import type { Tracker } from '../../observe/tracking/index.ts'
import { makeFolder, writeFileAtomic } from '../../storage/index.ts'
import type { NodeEvents } from './events.ts'
import { trackEvents } from './track-events.ts'

/** The section `[tracking]` of a configuration. */
export interface TrackingConfig {
  tensorboard?: string
  mlflow?: string
  experiment: string
  run?: string
}

export interface TrackingNeeds {
  tracking: TrackingConfig
  /** Remembers the run of MLflow; each call makes a run of its own if left out. */
  dataFolder?: string
  /** Facts about the run: task, ledger, role. */
  tags: Readonly<Record<string, string>>
  logger: Logger
}

/** The trackers of a configuration. */
export function openTrackers({ tracking, dataFolder, tags, logger }: TrackingNeeds): Tracker[] {
  const { tensorboard, mlflow, experiment, run = `task ${tags['task']}, ${tags['role']}` } = tracking
  const stateFile = dataFolder === undefined ? undefined : join(dataFolder, 'tracking', 'mlflow.json')
  return [
    ...(tensorboard === undefined ? [] : [tensorboardTracker({ folder: tensorboard, startedAt: systemClock.now(), logger })]),
    ...(mlflow === undefined
      ? []
      : [
          mlflowTracker({
            server: mlflow,
            experiment,
            run,
            tags,
            ...(stateFile !== undefined && { stateFile }),
            async save(path, text) {
              await makeFolder(join(path, '..'))
              await writeFileAtomic(path, text)
            },
            logger,
          }),
        ]),
  ]
}

/** Writes the run of a node down while it runs. Dispose it to stop. */
export function startTracking(events: Pick<NodeEvents, 'onAny'>, needs: TrackingNeeds): AsyncDisposable {
  const trackers = openTrackers(needs)
  const end = trackEvents(events, { trackers, clock: systemClock })
  return {
    async [Symbol.asyncDispose]() {
      end()
      await Promise.all(trackers.map(async (tracker) => tracker.close()))
    },
  }
}
