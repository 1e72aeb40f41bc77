/** What those sign who bring scores on chain, and agents that act on scores (docs/oracle.md). */
export * from './agent-action.ts'
export * from './score-attestation.ts'
