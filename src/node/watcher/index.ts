/**
 * Disputes about posted claims (docs/judge.md): find the fault, prove it on chain, and make the operator open withheld
 * data.
 *
 * `Watcher` is the engine: it needs an account that pays, a journal and an `Investigator`; `investigator` makes the one
 * of a full node. `RowCheck` compares the rows of replayed claims with the signed statements. `Enforcement` wires them
 * for a node, with the answers to the court and the fines for contradictory statements.
 *
 * @example
 * const watcher = new Watcher({ contracts, task, sender, recipient, investigate: investigator({ ports, … }), journal, logger, metrics })
 */
export * from './dispute.ts'
export * from './watcher.ts'
export * from './row-check.ts'
export * from './investigate.ts'
export * from './known-round.ts'
export * from './over-sound-files.ts'
export * from './send-proof.ts'
export * from './answerer.ts'
export * from './court-dispute.ts'
export * from './record-of-rows.ts'
export * from './turn.ts'
export * from './enforcement.ts'
export * from './judge-evidence.ts'
export * from './penalise-garbage.ts'
