/**
 * Chain intelligence: what the addresses of any EVM chain do, as numbers that a model learns from.
 *
 * Needs a connection to a chain and a folder. `syncChain` streams blocks, receipts and logs into Parquet files, whatever dies and whatever the chain
 * takes back. DuckDB is loaded by the first call that needs it.
 *
 * @example
 * const { to } = await syncChain({ chain, folder: 'mainnet', firstBlock: 0n, finality: 'finalized', partBlocks: 1000, maxReorg: 128n })
 */
export { syncChain } from './sync/sync-chain.ts'
export type { Finality, SyncOptions, SyncSummary } from './sync/sync-chain.ts'
export type { Part } from './lake/part.ts'
