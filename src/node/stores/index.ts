/** What a node keeps under its state folder. */
export * from './agreement-file.ts'
export * from './blob-source.ts'
export * from './open-stores.ts'
export * from './openings.ts'
export * from './retention.ts'
export * from './state-store.ts'
export * from './take-genesis.ts'
export * from './tell-damage.ts'
