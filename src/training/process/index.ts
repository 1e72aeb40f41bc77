/**
 * A member's own program as a learner.
 *
 * Needs: a command, the layout of the model, the training part of the task document, limits.
 * Makes: a `Learner` (`createProcessLearner`). The program is a child of the node and calls it over a Unix socket (`proto/quorate/v1/trainer.proto`).
 *
 *     createProcessLearner ─▶ TrainerChild (process, output, memory)       limits, pauses between starts
 *            │                      │ QUORATE_SOCKET, QUORATE_TOKEN
 *            ▼                      ▼
 *     JobDesk (one job) ◀── TrainerSession ◀── TrainerServer (gRPC)        weights and results as files or frames
 *
 * Errors: CONFIG_INVALID, TRAINER_CRASHED, TRAINER_TIMEOUT, TRAINER_MEMORY, TRAINER_TENSOR, TRAINER_FAILED, TRAINING_DIVERGED, CANCELLED.
 */
export { createProcessLearner } from './process-learner.ts'
export type { ProcessLearner, ProcessLearnerOptions } from './process-learner.ts'
export { TRAINER_LIMITS } from './limits.ts'
export type { TrainerLimits } from './limits.ts'
export { splitCommand } from './split-command.ts'
export { serveLearner } from './serve-learner.ts'
export type { ServeLearnerOptions } from './serve-learner.ts'
export { TrainerClient } from './trainer-client.ts'
