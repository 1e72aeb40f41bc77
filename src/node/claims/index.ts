/** Claims as a node handles them: fetch what one commits to, replay it, keep what it made, catch up with what was missed. */
export * from './catch-up.ts'
export * from './catch-up-loop.ts'
export * from './claim-reports.ts'
export * from './fetch-document.ts'
export * from './fetch-update.ts'
export * from './keep-claim.ts'
export * from './obtain-record.ts'
export * from './replay-claim.ts'
