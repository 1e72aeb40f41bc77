import { randomBytes } from 'node:crypto'
import { chunkHashes, toHex } from '../../src/protocol/index.ts'
import type { EffectHandler, RoundContext } from '../../src/node/index.ts'
import { longestUpdate } from '../../src/training/index.ts'
import type { Trainer, TrainMetrics } from '../../src/training/index.ts'
import type { VectorStore } from '../vector-store.ts'

export interface TrainNeeds extends Pick<RoundContext, 'states' | 'updates' | 'leaves' | 'logger' | 'metrics'> {
  trainer: Pick<Trainer, 'train'>
  residuals: VectorStore
  momenta: VectorStore
  onTrained?: (round: bigint, metrics: TrainMetrics) => void
}

/**
 * Performs `train`: local epochs from the base model on this member's own data, quantised with what the last update left over.
 * The update and what the next training needs are on disk before the round hears of them, so a crash costs at most the training itself.
 */
export function trainHandler(needs: TrainNeeds): EffectHandler<'train'> {
  return async (_effect, state, signal) => {
    const { round, base } = state.plan
    const { model, height, medianNorm } = await needs.states.waitFor(base, signal)
    // By height, not by number: a round that is opened anew after a void or a rejection is trained as it would have been.
    const step = height + 1
    const residual = await needs.residuals.load(step)
    const momentum = await needs.momenta.load(step)
    const maxNorm = longestUpdate(medianNorm)
    const trained = await needs.trainer.train({ model, round: step, residual, momentum, maxNorm, signal })
    const { update, metrics } = trained
    const root = needs.leaves.add(chunkHashes(update))
    await needs.updates.put(root, new Uint8Array(update.buffer, update.byteOffset, update.byteLength), { verify: false })
    await needs.residuals.save(step, trained.residual)
    if (trained.momentum) await needs.momenta.save(step, trained.momentum)
    needs.metrics.observe('training_seconds', metrics.seconds)
    needs.logger.info({ round, loss: metrics.loss, samples: metrics.samples, seconds: metrics.seconds }, 'trained')
    needs.onTrained?.(round, metrics)
    return [{ type: 'trained', updateRoot: root, salt: toHex(randomBytes(32)) }]
  }
}
