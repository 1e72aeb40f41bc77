import { createTrainer } from '../../training/compose-trainer.ts'
import type { Samples } from '../../training/datasets/dataset.ts'
import type { ModelDefinition } from '../../training/models/index.ts'
import { createRandom } from '../../training/random.ts'
import { resolveModel } from '../../training/tasks/task-document.ts'
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
    const { model } = resolveModel(options.document, options.spec.tensors)
    const data = poisonedSamples(attack, options.data, model, options.seed)
    return createTrainer({ ...trainerSettings(options), ...withAttack(createTfjsLearner({ ...options, data }), attack) })
  }
}

/** What the attack trains on: first with its labels, then with its samples. */
function poisonedSamples(
  attack: Attack,
  { images, labels }: Samples,
  { classes, inputShape }: Pick<ModelDefinition, 'classes' | 'inputShape'>,
  seed: number | string,
): Samples {
  const mislabelled = { images, labels: attack.poisonLabels?.(labels, classes) ?? labels }
  return attack.poisonSamples?.(mislabelled, { classes, inputShape, random: createRandom(seed, 'poison') }) ?? mislabelled
}
