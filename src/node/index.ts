/**
 * A node of one task. It follows the chain, exchanges messages with peers, stores models and evidence, runs rounds,
 * replays claims and disputes false claims. Its program names its duties. A program (`coordinator/`, `participant/`)
 * hands `TaskNode.open` its duties and its configuration.
 *
 * @example
 * const node = await TaskNode.open({ self, chain, contracts, task, spec, document, duties: ({ ports, reports }) => ({ replay: replay(ports, reports) }), … }, onChain)
 * await node.start()
 */
export * from './actions/index.ts'
export * from './agreements/index.ts'
export * from './chain/account-watch.ts'
export * from './chain/block-nudge.ts'
export * from './chain/chain-feed.ts'
export * from './chain/final-claim.ts'
export * from './chain/seal-depth.ts'
export * from './chain/seat-watch.ts'
export * from './chain/epoch-watch.ts'
export * from './chain/lacks-buckets.ts'
export * from './chain/seed-watch.ts'
export * from './chain/view/chain-view.ts'
export * from './claims/index.ts'
export * from './durable-jobs.ts'
export * from './duties/index.ts'
export * from './evaluations/index.ts'
export * from './spending/index.ts'
export * from './events/index.ts'
export * from './ports.ts'
export * from './ready-account.ts'
export * from './rounds/index.ts'
export * from './start-steps.ts'
export * from './stores/index.ts'
export * from './task-node.ts'
export * from './task-node-options.ts'
export * from './voice.ts'
export * from './void-requests.ts'
export * from './watcher/index.ts'
