/**
 * Secure aggregation in buckets: members add masks that cancel within their bucket, so that others see the sum of a bucket and no row of it (Bonawitz et al. 2017, in
 * groups as in Bell et al. 2020). All arithmetic is modulo 2^8: a row stays one byte a coordinate, and the sum of a bucket is an int8 row like any other.
 *
 *     chain randomness ─▶ drawBuckets ─▶ MaskKey.pair ─▶ roundKey ─▶ versionRoots ─▶ commitment
 *                                                                        └─ the seal ─▶ maskVersion ─▶ (wire) ─▶ sumRows ─▶ rule, Gram matrix, trees
 *
 * docs/decisions/0008-masks-modulo-256.md says why modulo 2^8, 0009-buckets-in-tasks.md why a member commits to several versions of its row.
 */
export { addBytes } from './add-bytes.ts'
export { mostValue, SMALLEST_BUCKET, LARGEST_BUCKET } from './bucket-size.ts'
export { drawBuckets } from './draw-buckets.ts'
export type { BucketDraw, BucketMember, Buckets } from './draw-buckets.ts'
export { createMaskKey } from './mask-key.ts'
export type { MaskKey, PairOf } from './mask-key.ts'
export { roundKey } from './round-key.ts'
export { maskRow } from './mask-row.ts'
export type { PairMask } from './mask-row.ts'
export { maskVersion, versionRoots } from './mask-versions.ts'
export type { BucketPlace } from './mask-versions.ts'
export { sumRows } from './sum-rows.ts'
