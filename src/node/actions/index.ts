/** What commands do for an account and a task without a running node: nothing here opens a network. */
export * from './bond-node.ts'
export * from './claim-rewards.ts'
export * from './collect-rewards.ts'
export * from './manage-stake.ts'
export * from './model-of-state.ts'
export * from './register-lineage.ts'
export * from './verify-invitation.ts'
