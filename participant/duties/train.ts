import { randomBytes } from 'node:crypto'
import { chunkHashes, toHex } from '../../src/protocol/index.ts'
import type { DutyHandlers, NodeEvents, ReplayPorts } from '../../src/node/index.ts'
import { longestUpdate } from '../../src/training/index.ts'
import type { Trainer } from '../../src/training/index.ts'
import type { VectorStore } from '../vector-store.ts'

export interface TrainNeeds {
  ports: Pick<ReplayPorts, 'stores' | 'logger' | 'metrics'>
  trainer: Pick<Trainer, 'train'>
  residuals: VectorStore
  momenta: VectorStore
  events: Pick<NodeEvents, 'emit'>
}

/**
 * Trains: local epochs from the base model on this member's own data, quantised with what the last update left over.
 * The update and what the next training needs are on disk before the round hears of them, so a crash costs at most the training itself.
 */
export function train({ ports, trainer, residuals, momenta, events }: TrainNeeds): DutyHandlers<'train'> {
  const { stores, logger, metrics } = ports
  return {
    async train(_effect, state, signal) {
      const { round, base } = state.plan
      const { model, height, medianNorm } = await stores.states.waitFor(base, signal)
      // By height, not by number: a round that is opened anew after a void or a rejection is trained as it would have been.
      const step = height + 1
      const residual = await residuals.load(step)
      const momentum = await momenta.load(step)
      const maxNorm = longestUpdate(medianNorm)
      const trained = await trainer.train({ model, round: step, residual, momentum, maxNorm, signal })
      const { update, metrics: facts } = trained
      const root = stores.leaves.add(chunkHashes(update))
      await stores.updates.put(root, new Uint8Array(update.buffer, update.byteOffset, update.byteLength), { verify: false })
      await residuals.save(step, trained.residual)
      if (trained.momentum) await momenta.save(step, trained.momentum)
      const { loss, samples, seconds } = facts
      metrics.observe('training_seconds', seconds)
      logger.info({ round, loss, samples, seconds }, 'trained')
      events.emit({ event: 'trained', round, ...facts })
      return [{ type: 'trained', updateRoot: root, salt: toHex(randomBytes(32)) }]
    },
  }
}
