/** Members that share a bucket: terms of a task, versions of a row, and which buckets of a round have a sum (docs/decisions/0009-buckets-in-tasks.md). */
export { bucketTerms, epochOf, LEAST_IN_BUCKET } from './bucket-terms.ts'
export type { BucketTerms } from './bucket-terms.ts'
export { formBuckets } from './form-buckets.ts'
export type { BucketRow, DrawnBucket, FormedBucket } from './form-buckets.ts'
export { bucketsOfRecord } from './shown-roots.ts'
export { versionAt, versionCount, versionsRoot } from './versions.ts'
