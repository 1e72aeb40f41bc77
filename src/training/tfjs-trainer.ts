import { createTrainer } from './compose-trainer.ts'
import type { TrainerOptions } from './compose-trainer.ts'
import { layoutOf } from './tasks/task-document.ts'
import { createTfjsLearner } from './tfjs-learner.ts'
import type { TaskSpec } from '../protocol/types.ts'
import type { TfjsLearnerOptions } from './tfjs-learner.ts'
import type { Trainer } from './trainer.ts'

export interface TfjsTrainerOptions extends TfjsLearnerOptions {
  spec: Pick<TaskSpec, 'tensors'>
  /** Largest value of an update; 127 if left out. */
  most?: number
}

/** Makes a member's trainer. */
export type TrainerFactory = (options: TfjsTrainerOptions) => Trainer

/** What of a trainer follows from the task and the member's seed. */
export function trainerSettings({ document, spec, seed, most }: TfjsTrainerOptions): Omit<TrainerOptions, 'learner'> {
  return {
    layout: layoutOf(document, spec.tensors),
    tensors: spec.tensors,
    memberMomentum: document.local.memberMomentum ?? 0,
    seed,
    ...(most !== undefined && { most }),
  }
}

/**
 * The trainer of a member that trains with tfjs: `createTfjsLearner` below `createTrainer`.
 *
 * @throws MODEL_MISMATCH, CONFIG_INVALID
 * @example
 * const trainer = createTfjsTrainer({ document, spec, data, test, backend: await selectBackend('auto'), seed: 1 })
 * const { update, residual } = await trainer.train({ model, step: 1 })
 */
export function createTfjsTrainer(options: TfjsTrainerOptions): Trainer {
  return createTrainer({ ...trainerSettings(options), learner: createTfjsLearner(options) })
}
