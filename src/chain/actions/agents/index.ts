/** Actions of `ScoreOracle`: outputs of models on chain (docs/oracle.md). */
export * from './deploy-oracle.ts'
export * from './read-oracle.ts'
export * from './read-scores.ts'
export * from './set-feed.ts'
export * from './submit-score.ts'
