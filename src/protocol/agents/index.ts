/** What those sign who bring scores on chain (docs/oracle.md). */
export * from './score-attestation.ts'
