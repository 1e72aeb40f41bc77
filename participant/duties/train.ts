import { randomBytes } from 'node:crypto'
import { admissionFault, createWasmKernels } from '../../src/aggregation/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import type { Logger, Metrics } from '../../src/core/index.ts'
import { emptyChecks, takeChecks } from '../../src/engine/index.ts'
import { chunkHashes, SEGMENT, toHex } from '../../src/protocol/index.ts'
import type { TaskSpec } from '../../src/protocol/index.ts'
import type { DutyHandlers, NodeEvents, Stores } from '../../src/node/index.ts'
import { longestUpdate } from '../../src/training/index.ts'
import type { Trainer } from '../../src/training/index.ts'
import type { VectorStore } from '../vector-store.ts'
import { progressLog } from './progress-log.ts'

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
  events: Pick<NodeEvents, 'emit'>
  logger: Pick<Logger, 'info'>
  metrics: Pick<Metrics, 'observe'>
  /** Seconds, for the log of a long training; the time since the process started if left out. */
  now?: () => number
}

/**
 * Trains: the trainer makes an update from the base model, this member's own data and what its last update left over.
 * The update and the state for the next training are on disk before the round gets the update, so a crash costs at most
 * one training. An update with forbidden values or padding is not stored: its member would pay for it.
 *
 * @throws QuorateError UPDATE_VALUE, UPDATE_LENGTH for such an update
 */
export function train(needs: TrainNeeds): DutyHandlers<'train'> {
  const { stores, trainer, residuals, momenta, events, logger, metrics, now = () => performance.now() / 1000 } = needs
  const kernels = createWasmKernels()
  return {
    async train(_effect, state, signal) {
      const { round, base } = state.plan
      const { model, height, medianNorm } = await stores.states.waitFor(base, signal)
      // By height, not by round number: a round that opens again after a void or a rejection gets the same training.
      const step = height + 1
      const residual = await residuals.load(step)
      const momentum = await momenta.load(step)
      const maxNorm = longestUpdate(medianNorm)
      const onProgress = progressLog({ logger, events, round, now })
      const trained = await trainer.train({ model, step, residual, momentum, maxNorm, signal, onProgress })
      const { update, metrics: facts } = trained
      // INVARIANT: a node never commits to what would cost its member stake (`proveGarbage`).
      const fault = admissionFault(kernels, needs.task.spec, update)
      if (fault && fault.code !== 'UPDATE_NORM')
        throw new QuorateError(fault.code, `the trainer made an update that no task takes: ${fault.message}`)
      const bytes = new Uint8Array(update.buffer, update.byteOffset, update.byteLength)
      const checks = emptyChecks(bytes.length / SEGMENT)
      takeChecks(checks, bytes)
      const root = stores.leaves.add(chunkHashes(bytes), checks)
      await stores.updates.put(root, bytes, { verify: false })
      await residuals.save(step, trained.residual)
      if (trained.momentum) await momenta.save(step, trained.momentum)
      const { loss, samples, clipped, seconds } = facts
      metrics.observe('training_seconds', seconds)
      logger.info({ round, loss, samples, seconds }, 'trained')
      events.emit({ event: 'trained', round, loss, samples, clipped, seconds })
      return [{ type: 'trained', updateRoot: root, salt: toHex(randomBytes(32)) }]
    },
  }
}
