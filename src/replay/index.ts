/**
 * Recomputes a task from public data: genesis, the claim of a round as a pure function of record and updates, evidence
 * folders, the chain's history of claims, audits from genesis. Loads no peer network and no machine-learning library.
 *
 * Needs a chain connection for history and audits, and an `Engine` for claims.
 *
 * @example
 * const rounds = await auditTask({ chain, contracts, task: 1n, evidence: 'state/evidence' })
 */
export * from './audit.ts'
export * from './claim-base.ts'
export * from './claim-history.ts'
export * from './compute-claim.ts'
export * from './cosines-from-evidence.ts'
export * from './evidence-folder.ts'
export * from './granted-members.ts'
export * from './kept-leaves.ts'
export * from './leaves-from-evidence.ts'
export * from './ledger-from-evidence.ts'
export * from './lineage.ts'
export * from './member-evidence.ts'
export * from './model-state.ts'
export * from './norms-from-evidence.ts'
export * from './quarantine-notice.ts'
export * from './read-plain-file.ts'
export * from './record-facts.ts'
export * from './rows-from-evidence.ts'
export * from './task-files.ts'
export * from './updates-of.ts'
