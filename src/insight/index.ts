/**
 * Chain intelligence: what the addresses of any EVM chain do, as numbers that a model learns from.
 *
 * Needs a connection to a chain and a folder. `syncChain` streams blocks, receipts and logs into Parquet files, whatever dies and whatever the chain
 * takes back. `makeFeatures` describes each address by the SQL files of `sql/`, which Spark runs as well. DuckDB is loaded by the first call that needs it.
 *
 * @example
 * const { to } = await syncChain({ chain, folder: 'mainnet', firstBlock: 0n, finality: 'finalized', partBlocks: 1000, maxReorg: 128n })
 */
export { syncChain } from './sync/sync-chain.ts'
export type { Finality, SyncOptions, SyncSummary } from './sync/sync-chain.ts'
export type { Part } from './lake/part.ts'
export { DEFAULT_SPANS, makeFeatures } from './features/make-features.ts'
export type { FeaturesSummary, MakeFeaturesOptions, Span } from './features/make-features.ts'
export { SQL_FOLDER } from './features/sql-steps.ts'
export { makeTraffic } from './simulated/make-traffic.ts'
export type { SimulatedTraffic } from './simulated/make-traffic.ts'
export { KINDS } from './simulated/traffic.ts'
export type { Act, Kind } from './simulated/traffic.ts'
export { addressOf, writeSimulation } from './simulated/write-simulation.ts'
