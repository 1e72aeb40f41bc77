/**
 * What an operator's and a member's node have in common: running rounds, keeping model states, computing and replaying claims, evidence.
 * Composes the adapters; knows neither application.
 */
export * from './model-state.ts'
export * from './state-store.ts'
export * from './round-runner.ts'
export * from './messages.ts'
export * from './evidence-folder.ts'
export * from './compute-claim.ts'
export * from './fetch-update.ts'
export * from './replay-claim.ts'
export * from './round-context.ts'
export * from './peers.ts'
export * from './claim-history.ts'
export * from './chain-feed.ts'
export * from './catch-up.ts'
export * from './blob-source.ts'
export * from './task-node.ts'
export * from './agreement-file.ts'
export * from './node-event.ts'
export * from './actions/bond-node.ts'
export * from './chain-session.ts'
export * from './audit.ts'
