/**
 * What members of the lab train with.
 *
 * Needs nothing but the samples for `quick`, a tfjs back end for `tfjs`. Makes learners and evaluators, which `createTrainer` and the lab take.
 *
 * @example const learner = learningOf({ learner: 'quick' }).learner({ document, spec, data, backend, seed: 1 })
 */
import { composeUpdate, createTfjsEvaluator, createTfjsLearner } from '../../training/index.ts'
import type { Learner, TfjsEvaluatorOptions, TfjsLearnerOptions, UpdateComposer } from '../../training/index.ts'
import { quickCompose } from './quick-compose.ts'
import { createQuickEvaluator, createQuickLearner } from './quick-learner.ts'

export { quickCompose } from './quick-compose.ts'
export { createQuickEvaluator, createQuickLearner } from './quick-learner.ts'
export type { QuickEvaluatorOptions, QuickLearnerOptions } from './quick-learner.ts'

/** Where learners and evaluators of a run come from. */
export interface Learning {
  learner: (options: TfjsLearnerOptions) => Learner
  /** How honest members make an update of what they learned. */
  compose: UpdateComposer
  evaluator: (options: TfjsEvaluatorOptions) => Pick<Learner, 'evaluate'>
}

const TFJS: Learning = { learner: createTfjsLearner, compose: composeUpdate, evaluator: createTfjsEvaluator }
const QUICK: Learning = { learner: createQuickLearner, compose: quickCompose, evaluator: createQuickEvaluator }

/** @param settings of the grid: `quick`, or tfjs as members of a task train */
export function learningOf({ learner }: { learner?: 'quick' }): Learning {
  return learner === 'quick' ? QUICK : TFJS
}
