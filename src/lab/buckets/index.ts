/** Secure aggregation in buckets as the lab plays it: members quantise to fewer values, and the rule sees the sums of buckets (src/masking). */
export { aggregateBuckets } from './aggregate-buckets.ts'
export type { BucketCohort, BucketOutcome } from './aggregate-buckets.ts'
