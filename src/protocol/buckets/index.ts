/** Members that share a bucket: terms of a task, versions of a row, and which buckets of a round have a sum (docs/decisions/0009-buckets-in-tasks.md). */
export { bucketTerms, epochOf, LEAST_IN_BUCKET } from './bucket-terms.ts'
export type { BucketTerms } from './bucket-terms.ts'
export { sealedBuckets } from './form-buckets.ts'
export type { BucketRow, DrawnBucket, FormedBucket, SealedBucket } from './form-buckets.ts'
export { bucketsOfRecord, roundBuckets, shownVersion } from './round-buckets.ts'
export type { RoundBucket } from './round-buckets.ts'
export { versionAt, versionCount, versionsRoot } from './versions.ts'
