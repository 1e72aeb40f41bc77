/** Keys for masks, and the buckets of a task with secure aggregation, as the chain has them (docs/decisions/0009-buckets-in-tasks.md). */
export * from './draw-epoch.ts'
export * from './open-epoch.ts'
export * from './read-epoch.ts'
export * from './read-mask-buckets.ts'
export * from './read-mask-keys.ts'
export * from './read-round-buckets.ts'
export * from './read-task-buckets.ts'
export * from './register-mask-key.ts'
