/**
 * Runs for TensorBoard and MLflow: numbers by round, for people to look at.
 *
 * - `tensorboardTracker({ folder, startedAt, logger })`: event files.
 * - `mlflowTracker({ server, experiment, run, tags, logger })`: the REST API of a tracking server.
 *
 * Loaded only by programs whose configuration has `[tracking]`.
 */
export { mlflowTracker } from './mlflow.ts'
export type { MlflowOptions } from './mlflow.ts'
export { tensorboardTracker } from './tensorboard.ts'
export type { TensorboardOptions } from './tensorboard.ts'
export type { TrackedValues, Tracker } from './tracker.ts'
