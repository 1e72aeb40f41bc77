/**
 * What members of the lab train with.
 *
 * Needs nothing but the samples for `quick`, a tfjs back end for `tfjs`. Makes learners and evaluators, which `createTrainer` and the lab take.
 *
 * @example const learner = learningOf({ learner: 'quick' }).learner({ document, spec, data, backend, seed: 1 })
 */
import { createTfjsEvaluator, createTfjsLearner } from '../../training/index.ts'
import type { Learner, TfjsEvaluatorOptions, TfjsLearnerOptions } from '../../training/index.ts'
import { createQuickEvaluator, createQuickLearner } from './quick-learner.ts'

export { createQuickEvaluator, createQuickLearner } from './quick-learner.ts'
export type { QuickEvaluatorOptions, QuickLearnerOptions } from './quick-learner.ts'

/** Where learners and evaluators of a run come from. */
export interface Learning {
  learner: (options: TfjsLearnerOptions) => Learner
  evaluator: (options: TfjsEvaluatorOptions) => Pick<Learner, 'evaluate'>
}

const TFJS: Learning = { learner: createTfjsLearner, evaluator: createTfjsEvaluator }
const QUICK: Learning = { learner: createQuickLearner, evaluator: createQuickEvaluator }

/** @param settings of the grid: `quick`, or tfjs as members of a task train */
export function learningOf({ learner }: { learner?: 'quick' }): Learning {
  return learner === 'quick' ? QUICK : TFJS
}
