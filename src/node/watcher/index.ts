/**
 * Disputes about posted claims (docs/judge.md): find what is wrong with one, prove it on chain, make the operator open what it withholds.
 *
 * `Watcher` is the engine: it needs an account that pays, a journal and an `Investigator`; `investigator` makes the one of a full node. `RowCheck` holds the
 * rows of claims that replayed against what was signed. `Enforcement` wires them for a node, with the answers to the court and the fines for contradictory statements.
 *
 * @example
 * const watcher = new Watcher({ contracts, task, sender, recipient, investigate: investigator({ ports, … }), journal, logger, metrics })
 */
export * from './dispute.ts'
export * from './watcher.ts'
export * from './row-check.ts'
export * from './investigate.ts'
export * from './known-round.ts'
export * from './send-proof.ts'
export * from './answerer.ts'
export * from './conflicts.ts'
export * from './court-dispute.ts'
export * from './offences.ts'
export * from './record-of-rows.ts'
export * from './turn.ts'
export * from './enforcement.ts'
export * from './judge-evidence.ts'
export * from './penalise-outliers.ts'
