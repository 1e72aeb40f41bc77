/** The work of a node on claims: fetch the data of a claim, replay it, store the results, catch up with missed claims. */
export * from './catch-up.ts'
export * from './catch-up-loop.ts'
export * from './claim-reports.ts'
export * from './fetch-document.ts'
export * from './fetch-update.ts'
export * from './keep-claim.ts'
export * from './obtain-record.ts'
export * from './replay-claim.ts'
