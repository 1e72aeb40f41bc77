import { BUCKETS_KIND, TraceKind } from '../../aggregation/index.ts'
import {
  CHUNK,
  depthFor,
  fromHex,
  int8Leaves,
  isAdmitted,
  merkleLevels,
  merkleProof,
  SEGMENT,
  SEGMENT_LEVEL,
  segmentRoots,
  shownVersion,
  toHex,
  vectorDepth,
  vectorLevels,
} from '../../protocol/index.ts'
import type { Hash, Hex, RoundBucket } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { caseOf, hexPath, openChunk, openMember, openOwnSums, openPair, openTrace, specArgument } from './openings.ts'
import type { MemberOpening } from './openings.ts'
import type { JudgeProof, ProofName } from './proof.ts'
import { rowsOfPair } from './prove-gram.ts'

// The proofs about sums of masked rows (docs/decisions/0009-buckets-in-tasks.md).

/** Part of the version that a member showed, as the contracts take it. */
interface Part {
  member: MemberOpening
  data: Hex
  path: Hash[]
}

/** The buckets whose sums the rule saw and admitted, in its order, by the verdicts of their rows. */
export function summedBuckets({ buckets = [], rows }: Pick<ClaimParts, 'buckets' | 'rows'>): RoundBucket[] {
  return buckets.filter((bucket) => bucket.whole && isAdmitted(rows[bucket.rows[0]!]!.verdict))
}

/** A part of a bucket's sum modulo 2^8. @param from its first coordinate */
export function sumOf(parts: ClaimParts, bucket: RoundBucket, from: number, length: number): Uint8Array {
  const sum = new Uint8Array(length)
  for (const k of bucket.rows.keys()) {
    const { bytes } = shownOf(parts, bucket, k)
    for (let i = 0; i < length; i++) sum[i]! += bytes[from + i]!
  }
  return sum
}

/** The trace says that something else is summed than seal and draw do. */
export function buildBucketsProof(parts: ClaimParts): JudgeProof {
  return prove('proveBuckets', parts, parts.rows, openTrace(parts, BUCKETS_KIND))
}

/** A row is in a sum or refused against seal and draw, or does not carry what the first row of its bucket does. */
export function buildBucketRowsProof(parts: ClaimParts, row: number): JudgeProof {
  return prove('proveBucketRows', parts, parts.rows, BigInt(row))
}

/**
 * The first row of a bucket does not carry what the trace says of its sum, or the trace has not one place for each bucket.
 *
 * @param kind stakes, weights, scores or verdicts
 * @param place of the bucket among those that the rule saw
 */
export function buildBucketFieldProof(parts: ClaimParts, kind: number, place: number): JudgeProof {
  const member = openMember(parts, summedBuckets(parts)[place]!.rows[0]!)
  return prove('proveBucketField', parts, openTrace(parts, kind), openTrace(parts, BUCKETS_KIND), BigInt(place), member)
}

/**
 * Rows of a bucket that are admitted or refused against a chunk of their sum.
 *
 * @param bucket place in the draw
 */
export function buildBucketValueProof(parts: ClaimParts, bucket: number, chunk: number): JudgeProof {
  const drawn = parts.buckets![bucket]!
  // Nobody shows the rows of a void bucket.
  const opened = drawn.whole ? chunksOf(parts, drawn, chunk) : []
  return reasonProof(parts, bucket, { parts: opened, chunk: [BigInt(chunk)], sums: [] })
}

/**
 * Rows of a bucket that are refused for the norm of their sum, with a wrong sum tree or a total inside the bounds.
 *
 * @param level 0 for a segment, whose values are opened; more for a node of the sum tree
 */
export function buildBucketNormProof(
  parts: ClaimParts,
  bucket: number,
  { index, level }: { index: number; level: number },
): JudgeProof {
  const drawn = parts.buckets![bucket]!
  const opened = level > 0 ? [] : segmentsOf(parts, drawn, index)
  const sums = { ...openOwnSums(parts, drawn.rows[0]!, index, level), data: '0x', path: [] }
  return reasonProof(parts, bucket, { parts: opened, chunk: [], sums: [sums] })
}

/** An inner product of two sums, or of a sum and the reference, over one segment. */
export function buildBucketGramProof(parts: ClaimParts, pair: number, segment: number): JudgeProof {
  const { i, j } = rowsOfPair(pair)
  const summed = summedBuckets(parts)
  const open = (place: number): Part[] => (summed[place] ? segmentsOf(parts, summed[place], segment) : [])
  const reference = i === summed.length ? parts.previous.reference : null
  return prove('proveBucketGram', parts, {
    pair: openPair(parts, pair, segment),
    buckets: openTrace(parts, BUCKETS_KIND),
    left: open(i),
    right: i === j ? [] : open(j),
    ref: reference ? segmentHex(reference, segment) : '0x',
    refPath: reference ? hexPath(merkleProof(segmentLevels(reference), segment, SEGMENT_LEVEL)) : [],
    parent: parts.parent,
  })
}

/**
 * A row hash of the transition leaf that is not that of its sum.
 *
 * @param k place of the sum among those with weight
 */
export function buildBucketSumProof(parts: ClaimParts, chunk: number, k: number): JudgeProof {
  const weights = openTrace(parts, TraceKind.weights)
  const carrying = weights.words.flatMap((beta, place) => (beta > 0n ? [place] : []))
  const bucket = summedBuckets(parts)[carrying[k]!]
  return prove('proveBucketSum', parts, {
    transition: openChunk(parts, chunk),
    row: BigInt(k),
    weights,
    buckets: openTrace(parts, BUCKETS_KIND),
    parts: bucket ? chunksOf(parts, bucket, chunk) : [],
  })
}

/** The sum of all rewards. */
export function buildBucketTotalProof(parts: ClaimParts): JudgeProof {
  const { parent } = parts
  return prove('proveBucketTotal', parts, openTrace(parts, TraceKind.scores), openTrace(parts, BUCKETS_KIND), parent)
}

function prove(functionName: ProofName, parts: ClaimParts, ...args: readonly unknown[]): JudgeProof {
  return { functionName, args: [caseOf(parts), specArgument(parts.spec), ...args] }
}

function reasonProof(parts: ClaimParts, bucket: number, shown: object): JudgeProof {
  return prove('proveBucketReason', parts, { rows: parts.rows, bucket: BigInt(bucket), ...shown })
}

/** What the member of row `k` of a bucket showed, and the siblings of that version among the others. */
function shownOf(parts: ClaimParts, bucket: RoundBucket, k: number): { bytes: Int8Array; above: Hash[] } {
  const version = shownVersion(bucket, k)
  const versions = bucket.versions[k]!
  const levels = merkleLevels(versions.map(fromHex), depthFor(versions.length))
  return { bytes: parts.updates.get(versions[version]!)!, above: hexPath(merkleProof(levels, version)) }
}

function segmentsOf(parts: ClaimParts, bucket: RoundBucket, segment: number): Part[] {
  return bucket.rows.map((row, k) => {
    const { bytes, above } = shownOf(parts, bucket, k)
    const path = hexPath(merkleProof(segmentLevels(bytes), segment, SEGMENT_LEVEL))
    return { member: openMember(parts, row), data: segmentHex(bytes, segment), path: [...path, ...above] }
  })
}

function chunksOf(parts: ClaimParts, bucket: RoundBucket, chunk: number): Part[] {
  return bucket.rows.map((row, k) => {
    const { bytes, above } = shownOf(parts, bucket, k)
    const path = hexPath(merkleProof(vectorLevels(int8Leaves(bytes)), chunk))
    const data = toHex(new Uint8Array(bytes.buffer, bytes.byteOffset + chunk * CHUNK, CHUNK))
    return { member: openMember(parts, row), data, path: [...path, ...above] }
  })
}

function segmentLevels(vector: Int8Array): Uint8Array[][] {
  return merkleLevels(segmentRoots(vector), vectorDepth(vector.length / CHUNK) - SEGMENT_LEVEL, SEGMENT_LEVEL)
}

function segmentHex(vector: Int8Array, segment: number): Hex {
  return toHex(new Uint8Array(vector.buffer, vector.byteOffset + segment * SEGMENT, SEGMENT))
}
