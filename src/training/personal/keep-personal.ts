import { QuorateError } from '../../core/errors.ts'
import type { Learner } from '../learner.ts'
import type { PersonalParts } from './personal-parts.ts'

/**
 * A learner of a task with personal layers, on one that trains whole models. It trains both parts together; the change of the shared part becomes the update,
 * and the values of the personal part are for the member's next training. Nothing of them leaves the member.
 *
 * @param parts undefined for a task without personal layers: the learner comes back as it is
 * @example const learner = keepPersonal(createTfjsLearner(whole), personalParts(document))
 */
export function keepPersonal(learner: Learner, parts: PersonalParts | undefined): Learner {
  if (!parts) return learner
  return {
    ...(learner.prepare && { prepare: async () => learner.prepare!() }),
    async train({ weights, personal = parts.first(), ...input }) {
      const { delta, metrics, spent } = await learner.train({ ...input, weights: parts.join(weights, personal) })
      const { shared, own: change } = parts.split(delta)
      const own = personal.map((value, k) => value + change[k]!)
      if (!own.every((value) => Number.isFinite(value)))
        throw new QuorateError('TRAINING_DIVERGED', 'the personal layers are not finite after this training')
      return { delta: shared, personal: own, metrics, ...(spent && { spent }) }
    },
    evaluate: async (weights, signal, personal = parts.first()) => learner.evaluate(parts.join(weights, personal), signal),
    dispose: () => learner.dispose(),
  }
}
