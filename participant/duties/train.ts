import { randomBytes } from 'node:crypto'
import { admissionFault, createWasmKernels } from '../../src/aggregation/index.ts'
import { ERRORS, isQuorateError, QuorateError } from '../../src/core/index.ts'
import type { Logger, Metrics } from '../../src/core/index.ts'
import { emptyChecks, takeChecks } from '../../src/engine/index.ts'
import { chunkHashes, SEGMENT, toHex } from '../../src/protocol/index.ts'
import type { TaskSpec } from '../../src/protocol/index.ts'
import type { DutyHandlers, NodeEvents, Stores } from '../../src/node/index.ts'
import { longestUpdate } from '../../src/training/clip-update.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import type { VectorStore } from '../vector-store.ts'
import { progressLog } from './progress-log.ts'
import { trainingDeadline } from './training-deadline.ts'

/** Exit code of errors about data, model and training. */
const OF_TRAINING = 5

export interface TrainNeeds {
  task: { spec: Pick<TaskSpec, 'tensors' | 'minNormSq' | 'maxNormSq'> }
  stores: {
    states: Pick<Stores['states'], 'waitFor'>
    updates: Pick<Stores['updates'], 'put'>
    leaves: Pick<Stores['leaves'], 'add'>
  }
  trainer: Pick<Trainer, 'train'>
  residuals: Pick<VectorStore, 'load' | 'save'>
  momenta: Pick<VectorStore, 'load' | 'save'>
  /** The member's own layers, for tasks with personal layers. */
  personal: Pick<VectorStore, 'load' | 'save'>
  events: Pick<NodeEvents, 'emit'>
  logger: Pick<Logger, 'info' | 'warn'>
  metrics: Pick<Metrics, 'observe' | 'count'>
  /** Seconds, for the log of a long training; the time since the process started if left out. */
  now?: () => number
}

/**
 * Trains: the trainer makes an update from the base model, this member's own data and what its last update left over.
 * The update and the state for the next training, personal layers among it, are on disk before the round gets the update, so a crash costs at most
 * one training: it is repeated from the state before. An update with forbidden values or padding is not stored: its member would pay for it.
 *
 * A training that fails for the model, the data or the program that trains would fail again: the member then sends no update in that round, and the next
 * round trains again. A restart of the node may train again in the same round. What fails for the disk is tried again by the runner of duties.
 */
export function train(needs: TrainNeeds): DutyHandlers<'train'> {
  const { stores, trainer, residuals, momenta, personal, events, logger, metrics, now = () => performance.now() / 1000 } = needs
  const kernels = createWasmKernels()
  let skipped: bigint | undefined
  const skip = (round: bigint, { code, message }: QuorateError): [] => {
    skipped = round
    metrics.count('round_effect_failures_total', { effect: 'train', code })
    logger.warn({ round, code }, `no update in this round, because the training failed: ${message}. ${ERRORS[code].advice}`)
    events.emit({ event: 'trainingSkipped', round, code, reason: message })
    return []
  }
  return {
    async train(_effect, state, signal) {
      const { round, base } = state.plan
      if (round === skipped) return []
      const { model, height, medianNorm } = await stores.states.waitFor(base, signal)
      // By height, not by round number: a round that opens again after a void or a rejection gets the same training.
      const step = height + 1
      const residual = await residuals.load(step)
      const momentum = await momenta.load(step)
      const own = await personal.load(step)
      const maxNorm = longestUpdate(medianNorm)
      const onProgress = progressLog({ logger, events, round, now })
      const deadline = trainingDeadline(state, Date.now())
      const input = { model, step, round, deadline, residual, momentum, personal: own, maxNorm, signal, onProgress }
      const trained = await trainer.train(input).catch((error: unknown) => {
        if (isQuorateError(error) && ERRORS[error.code].exit === OF_TRAINING) return error
        throw error
      })
      if (isQuorateError(trained)) return skip(round, trained)
      const { update, metrics: facts } = trained
      // INVARIANT: a node never commits to what would cost its member stake (`proveGarbage`).
      const fault = admissionFault(kernels, needs.task.spec, update)
      if (fault && fault.code !== 'UPDATE_NORM')
        return skip(round, new QuorateError(fault.code, `the trainer made an update that no task takes: ${fault.message}`))
      const bytes = new Uint8Array(update.buffer, update.byteOffset, update.byteLength)
      const checks = emptyChecks(bytes.length / SEGMENT)
      takeChecks(checks, bytes)
      const root = stores.leaves.add(chunkHashes(bytes), checks)
      await stores.updates.put(root, bytes, { verify: false })
      await residuals.save(step, trained.residual)
      if (trained.momentum) await momenta.save(step, trained.momentum)
      if (trained.personal) {
        await personal.save(step, trained.personal)
        if (!own && residual)
          logger.warn(
            { round },
            'the personal layers of earlier rounds are not here: they began again with the first values of the task',
          )
      }
      const { loss, samples, clipped, seconds } = facts
      metrics.observe('training_seconds', seconds)
      logger.info({ round, loss, samples, seconds }, 'trained')
      events.emit({ event: 'trained', round, loss, samples, clipped, seconds })
      return [{ type: 'trained', updateRoot: root, salt: toHex(randomBytes(32)) }]
    },
  }
}
