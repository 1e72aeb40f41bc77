import { QuorateError } from '../../core/errors.ts'
import { createTrainer } from '../../training/compose-trainer.ts'
import type { ClassSamples } from '../../training/datasets/dataset.ts'
import { modelByName } from '../../training/models/index.ts'
import type { ModelDefinition } from '../../training/models/index.ts'
import { createRandom } from '../../training/random.ts'
import { createTfjsLearner } from '../../training/tfjs-learner.ts'
import { trainerSettings } from '../../training/tfjs-trainer.ts'
import type { TrainerFactory } from '../../training/tfjs-trainer.ts'
import type { Attack } from './attack.ts'
import { withAttack } from './with-attack.ts'

/**
 * The factory of trainers that mount an attack, in place of `createTfjsTrainer`.
 *
 * @example const trainer = poisonedTrainer(attackByName('label-flip'))({ document, spec, data, backend, seed: 1 })
 */
export function poisonedTrainer(attack: Attack): TrainerFactory {
  return (options) => {
    const { model } = options.document
    const { labels } = options.data
    if (typeof model !== 'string' || !(labels instanceof Uint8Array))
      throw new QuorateError('CONFIG_INVALID', `attack ${attack.name} poisons a built-in model and samples of classes only`)
    const data = poisonedSamples(attack, { ...options.data, labels }, modelByName(model), options.seed)
    return createTrainer({ ...trainerSettings(options), ...withAttack(createTfjsLearner({ ...options, data }), attack) })
  }
}

/** What the attack trains on: first with its labels, then with its samples. */
function poisonedSamples(
  attack: Attack,
  { inputs, labels }: ClassSamples,
  { classes, inputShape }: Pick<ModelDefinition, 'classes' | 'inputShape'>,
  seed: number | string,
): ClassSamples {
  const mislabelled = { inputs, labels: attack.poisonLabels?.(labels, classes) ?? labels }
  return attack.poisonSamples?.(mislabelled, { classes, inputShape, random: createRandom(seed, 'poison') }) ?? mislabelled
}
