/**
 * The chain: everything the nodes read from the contracts, write to them and hear from them, over any EVM node's JSON-RPC.
 *
 * Needs one RPC URL or several, a chain id and, to write, a private key. Made in this order:
 *
 *     const chain = await connectChain({ rpcUrl, chainId, logger })            // RPC_UNREACHABLE, CHAIN_ID_MISMATCH
 *     const contracts = await findContracts(chain, { ledger })                 // CONTRACT_NOT_FOUND
 *     const clock = new ChainClock({ chain, logger })                          // the chain's time, a core Clock
 *     const sender = new TransactionSender({ chain, account, journal })        // every write goes through one
 *     const membership = new MembershipView({ chain, vault: contracts.vault, task }) // who may take part
 *     const watcher = watchLedger({ chain, contracts, task, fromBlock, onEvent })
 *
 * `actions/` has one file per action, `governance/` the governed parameters, `events/` the typed events and their
 * complete reading, `watch/` the followers of the chain, `transactions/` writes that survive crashes and stuck fees,
 * `rpc/` requests within the limits of a node, and over several nodes that must agree, `abi/` the generated contract interfaces, `dev/` a local node for tests
 * and the demo.
 */
export * from './connect-chain.ts'
export * from './account-from-key.ts'
export * from './ask-chain-id.ts'
export * from './chain-clock.ts'
export * from './contracts.ts'
export * from './display-url.ts'
export * from './in-tokens.ts'
export { WORDED_ERRORS } from './revert-words.ts'
export * from './translate-chain-error.ts'
export * from './actions/index.ts'
export * from './buckets/index.ts'
export * from './governance/index.ts'
export * from './events/claim-of-event.ts'
export * from './events/ledger-event.ts'
export * from './events/standing-claims.ts'
export * from './headers/encode-header.ts'
export * from './headers/read-header.ts'
export * from './round-over.ts'
export * from './start-progress.ts'
export * from './transactions/mined-transaction.ts'
export * from './transactions/resuming-sender.ts'
export * from './transactions/stored-transaction-journal.ts'
export * from './transactions/transaction-journal.ts'
export * from './transactions/transaction-sender.ts'
export * from './watch/ledger-watcher.ts'
export * from './watch/watch-ledger.ts'
export * from './watch/membership-view.ts'
export * from './dev/anvil.ts'
export * from './dev/dev-accounts.ts'
export * from './dev/development-token.ts'
