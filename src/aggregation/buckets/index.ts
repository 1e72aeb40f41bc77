/** A round whose rows are the sums of buckets: what the rule sees, and what it means for members (docs/decisions/0009-buckets-in-tasks.md). */
export { bucketRows } from './bucket-rows.ts'
export { BUCKETS_KIND, bucketsLeaf } from './buckets-leaf.ts'
export { spreadOutcome } from './spread-outcome.ts'
export type { SpreadOutcome } from './spread-outcome.ts'
