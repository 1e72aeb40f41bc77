/**
 * Evaluations of all members: each measures the models on its own test samples, and those that want tell the others, signed. `Evaluations` judges and keeps them,
 * `EVALUATION_FILES` has them on disk for commands, `shareEvaluation` speaks, `summarise` adds up. No claim depends on them.
 */
export * from './evaluation-file.ts'
export * from './evaluations.ts'
export * from './share-evaluation.ts'
export * from './summarise.ts'
