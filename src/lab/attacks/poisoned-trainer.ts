import { QuorateError } from '../../core/errors.ts'
import { createTrainer } from '../../training/compose-trainer.ts'
import { inputShape } from '../../data/schema/index.ts'
import { datasetForm } from '../../training/datasets/index.ts'
import type { Samples } from '../../training/datasets/index.ts'
import { modelByName } from '../../training/models/index.ts'
import { createRandom } from '../../training/random.ts'
import type { TaskDocument } from '../../training/tasks/index.ts'
import type { Learner } from '../../training/learner.ts'
import { createTfjsLearner } from '../../training/tfjs-learner.ts'
import type { TfjsLearnerOptions } from '../../training/tfjs-learner.ts'
import { trainerSettings } from '../../training/tfjs-trainer.ts'
import type { TrainerFactory } from '../../training/tfjs-trainer.ts'
import type { Attack } from './attack.ts'
import { withAttack } from './with-attack.ts'

/**
 * The factory of trainers that mount an attack, in place of `createTfjsTrainer`.
 *
 * @param createLearner what attackers train with
 * @example const trainer = poisonedTrainer(attackByName('label-flip'))({ document, spec, data, backend, seed: 1 })
 */
export function poisonedTrainer(
  attack: Attack,
  createLearner: (options: TfjsLearnerOptions) => Learner = createTfjsLearner,
): TrainerFactory {
  return (options) => {
    const data = poisonedSamples(attack, options.data, options.document, options.seed)
    return createTrainer({ ...trainerSettings(options), ...withAttack(createLearner({ ...options, data }), attack) })
  }
}

/**
 * What the attack trains on: first with its labels, then with its samples. Most attacks leave the samples as they are.
 *
 * @throws QuorateError CONFIG_INVALID where the samples are not what the attack poisons
 */
export function poisonedSamples(
  attack: Attack,
  samples: Samples,
  document: Pick<TaskDocument, 'model' | 'data' | 'dataset'>,
  seed: number | string,
): Samples {
  if (!attack.poisonLabels && !attack.poisonSamples) return samples
  const { classes, inputShape } = formOf(document)
  const { inputs, labels } = samples
  if (classes === 0 || !(labels instanceof Uint8Array))
    throw new QuorateError(
      'CONFIG_INVALID',
      `attack ${attack.name} poisons samples of at most 256 classes: choose another attack`,
    )
  if (attack.poisonSamples && inputShape.length !== 3)
    throw new QuorateError('CONFIG_INVALID', `attack ${attack.name} poisons images: choose another attack`)
  const mislabelled = { inputs, labels: attack.poisonLabels?.(labels, classes) ?? labels }
  return attack.poisonSamples?.(mislabelled, { classes, inputShape, random: createRandom(seed, 'poison') }) ?? mislabelled
}

/** What a sample of the task looks like; no classes where labels are numbers. */
function formOf({ model, data, dataset }: Pick<TaskDocument, 'model' | 'data' | 'dataset'>): {
  classes: number
  inputShape: readonly number[]
} {
  if (data) return { classes: data.target.kind === 'class' ? data.target.labels.length : 0, inputShape: inputShape(data) }
  if (typeof model === 'string') return modelByName(model)
  return datasetForm(dataset!)
}
