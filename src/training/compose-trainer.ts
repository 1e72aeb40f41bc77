import { QuorateError } from '../core/errors.ts'
import type { TensorSpec } from '../protocol/types.ts'
import { composeUpdate } from './compose-update.ts'
import type { UpdateComposer, UpdateShape } from './compose-update.ts'
import type { Learner } from './learner.ts'
import { dequantiseModel } from './quantise.ts'
import { createRandom } from './random.ts'
import type { Trainer } from './trainer.ts'

export interface TrainerOptions extends UpdateShape {
  learner: Learner
  tensors: readonly Pick<TensorSpec, 'updateExponent' | 'modelExponent'>[]
  /** The member's own seed: decides how its updates are rounded. */
  seed: number | string
  /** How a learned change becomes an update; `composeUpdate` if left out. */
  compose?: UpdateComposer
}

/**
 * Puts the trainer of a node together: integers to floats, the learner, floats to an update.
 *
 * @example
 * const trainer = createTrainer({ learner, layout, tensors: spec.tensors, memberMomentum: 0, seed })
 * const { update, residual } = await trainer.train({ model, step: 1 })
 */
export function createTrainer({ learner, seed, compose = composeUpdate, ...shape }: TrainerOptions): Trainer {
  const { layout, tensors } = shape
  return {
    prepare: async () => learner.prepare?.(),
    async train({ model, step, round, deadline, personal, signal, onProgress, ...carried }) {
      const started = performance.now()
      const weights = dequantiseModel(layout, tensors, model)
      const learned = await learner.train({ weights, step, round, deadline, personal, signal, onProgress })
      const { delta, metrics, spent } = learned
      if (delta.length !== layout.paddedLength) {
        throw new QuorateError('MODEL_MISMATCH', `the learner returned ${delta.length} values instead of ${layout.paddedLength}`)
      }
      const random = createRandom(seed, 'update', step)
      const { clipped, ...composed } = compose(shape, { ...carried, delta, random })
      const own = learned.personal && { personal: learned.personal }
      const seconds = (performance.now() - started) / 1000
      return { ...composed, ...own, metrics: { ...metrics, clipped, seconds }, ...(spent && { spent }) }
    },
    evaluate: async (model, signal, own) => learner.evaluate(dequantiseModel(layout, tensors, model), signal, own),
    dispose: () => learner.dispose(),
  }
}
