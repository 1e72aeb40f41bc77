/** Actions of `DataGrants`: who may train on which data, until when and for what price. */
export * from './charge-round.ts'
export * from './deploy-grants.ts'
export * from './end-grant.ts'
export * from './fund-grant.ts'
export * from './grant-data.ts'
export * from './list-grants.ts'
export * from './read-grants.ts'
export * from './register-data-set.ts'
