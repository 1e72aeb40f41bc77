/** A task as a file: read it, plan what it publishes, and reckon what a round costs. */
export { readTaskFile } from './task-file.ts'
export type { TaskFile } from './task-file.ts'
export { planTask } from './plan-task.ts'
export type { TaskPlan, TrialLearner } from './plan-task.ts'
export { trialLearner } from './trial-learner.ts'
export { roundCosts } from './costs.ts'
export type { RoundCosts } from './costs.ts'
export { starterModel } from './starter-model.ts'
