import { BUCKETS_KIND, TraceKind } from '../../../src/aggregation/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import {
  caseOf,
  hexPath,
  openChunk,
  openMember,
  openOwnSums,
  openPair,
  openTrace,
  specArgument,
} from '../../../src/judge/proofs/openings.ts'
import { rowsOfPair } from '../../../src/judge/proofs/prove-gram.ts'
import {
  availableRoots,
  bucketsOfRecord,
  CHUNK,
  committedRoots,
  depthFor,
  fromHex,
  isAdmitted,
  merkleLevels,
  merkleProof,
  SEGMENT,
  SEGMENT_LEVEL,
  segmentRoots,
  toHex,
  int8Leaves,
  vectorDepth,
  vectorLevels,
  versionAt,
} from '../../../src/protocol/index.ts'
import type { Hash, Hex, RoundRecord } from '../../../src/protocol/index.ts'

/** A call of the BucketProofs, as viem takes it. */
export interface BucketProof {
  functionName:
    | 'proveBuckets'
    | 'proveBucketRows'
    | 'proveBucketField'
    | 'proveBucketReason'
    | 'proveBucketGram'
    | 'proveBucketSum'
  args: readonly unknown[]
}

export function buildBucketsProof(parts: ClaimParts): BucketProof {
  const buckets = openTrace(parts, BUCKETS_KIND)
  return { functionName: 'proveBuckets', args: [caseOf(parts), specArgument(parts.spec), parts.rows, buckets] }
}

export function buildBucketRowsProof(parts: ClaimParts, row: number): BucketProof {
  return { functionName: 'proveBucketRows', args: [caseOf(parts), specArgument(parts.spec), parts.rows, BigInt(row)] }
}

/** @param kind stakes, weights, scores or verdicts */
export function buildBucketFieldProof(parts: ClaimParts, record: RoundRecord, kind: number, place: number): BucketProof {
  const leaves = [openTrace(parts, kind), openTrace(parts, BUCKETS_KIND)]
  const member = openMember(parts, sumsOf(parts, record)[place]![0]!)
  return { functionName: 'proveBucketField', args: [caseOf(parts), ...leaves, BigInt(place), member] }
}

/** @param bucket place in the draw; `at` a chunk of its sum */
export function buildBucketValueProof(parts: ClaimParts, record: RoundRecord, bucket: number, at: number): BucketProof {
  // Nobody has shown the rows of a void bucket.
  const shown = availableRoots(record, parts.spec)
  const rows = rowsOfBucket(record, bucket).filter((row) => shown[row] !== undefined)
  const opened = rows.map((row) => openRowChunk(parts, record, row, at))
  return reasonProof(parts, bucket, { parts: opened, chunk: [BigInt(at)], sums: [] })
}

/** @param level 0 for a segment, whose values are opened; more for a node of the sum tree */
export function buildBucketNormProof(
  parts: ClaimParts,
  record: RoundRecord,
  bucket: number,
  { index, level }: { index: number; level: number },
): BucketProof {
  const rows = rowsOfBucket(record, bucket)
  const opened = level > 0 ? [] : rows.map((row) => openSegment(parts, record, row, index))
  const sums = { ...openOwnSums(parts, rows[0]!, index, level), data: '0x', path: [] }
  return reasonProof(parts, bucket, { parts: opened, chunk: [], sums: [sums] })
}

function reasonProof(parts: ClaimParts, bucket: number, shown: object): BucketProof {
  const proof = { rows: parts.rows, bucket: BigInt(bucket), ...shown }
  return { functionName: 'proveBucketReason', args: [caseOf(parts), specArgument(parts.spec), proof] }
}

function rowsOfBucket({ buckets, rows }: RoundRecord, bucket: number): number[] {
  return rows.flatMap(({ member }, row) => (buckets![bucket]!.includes(member) ? [row] : []))
}

export function buildBucketGramProof(parts: ClaimParts, record: RoundRecord, pair: number, segment: number): BucketProof {
  const { i, j } = rowsOfPair(pair)
  const sums = sumsOf(parts, record)
  const open = (place: number): object[] => (sums[place] ?? []).map((row) => openSegment(parts, record, row, segment))
  const reference = i === sums.length ? parts.previous.reference! : undefined
  const levels = reference && segmentLevels(reference)
  return {
    functionName: 'proveBucketGram',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      {
        pair: openPair(parts, pair, segment),
        buckets: openTrace(parts, BUCKETS_KIND),
        left: open(i),
        right: i === j ? [] : open(j),
        ref: reference ? segmentOf(reference, segment) : '0x',
        refPath: levels ? hexPath(merkleProof(levels, segment, SEGMENT_LEVEL)) : [],
        parent: parts.parent,
      },
    ],
  }
}

/** @param k place of the sum among those with weight */
export function buildBucketSumProof(parts: ClaimParts, record: RoundRecord, chunk: number, k: number): BucketProof {
  const weights = openTrace(parts, TraceKind.weights)
  const carrying = weights.words.flatMap((beta, place) => (beta > 0n ? [place] : []))
  const rows = sumsOf(parts, record)[carrying[k]!] ?? []
  return {
    functionName: 'proveBucketSum',
    args: [
      caseOf(parts),
      specArgument(parts.spec),
      {
        transition: openChunk(parts, chunk),
        row: BigInt(k),
        weights,
        buckets: openTrace(parts, BUCKETS_KIND),
        parts: rows.map((row) => openRowChunk(parts, record, row, chunk)),
      },
    ],
  }
}

/** Rows of each admitted row of the rule, as the honest trace lists them. */
function sumsOf({ spec, rows }: ClaimParts, record: RoundRecord): (readonly number[])[] {
  const formed = bucketsOfRecord(record, committedRoots(record, spec))
  return formed.map((bucket) => bucket.rows).filter(([first]) => isAdmitted(rows[first!]!.verdict))
}

/** What a member showed, and the siblings of that version among the others. */
function shownOf(parts: ClaimParts, record: RoundRecord, row: number): { bytes: Int8Array; version: number; above: Hash[] } {
  const { member, reveal } = record.rows[row]!
  const bucket = record.buckets!.find((members) => members.includes(member))!
  const present = bucket.map((mate) => record.rows.some((one) => one.member === mate))
  const absent = present.indexOf(false)
  const version = versionAt(bucket.length, bucket.indexOf(member), absent < 0 ? undefined : absent)
  const versions = reveal!.versions ?? [reveal!.updateRoot]
  const levels = merkleLevels(versions.map(fromHex), depthFor(versions.length))
  return { bytes: parts.updates.get(versions[version]!)!, version, above: hexPath(merkleProof(levels, version)) }
}

function openSegment(parts: ClaimParts, record: RoundRecord, row: number, segment: number): object {
  const { bytes, above } = shownOf(parts, record, row)
  const path = hexPath(merkleProof(segmentLevels(bytes), segment, SEGMENT_LEVEL))
  return { member: openMember(parts, row), data: segmentOf(bytes, segment), path: [...path, ...above] }
}

function openRowChunk(parts: ClaimParts, record: RoundRecord, row: number, chunk: number): object {
  const { bytes, above } = shownOf(parts, record, row)
  const path = hexPath(merkleProof(vectorLevels(int8Leaves(bytes)), chunk))
  const data = toHex(new Uint8Array(bytes.buffer, bytes.byteOffset + chunk * CHUNK, CHUNK))
  return { member: openMember(parts, row), data, path: [...path, ...above] }
}

function segmentLevels(vector: Int8Array): Uint8Array[][] {
  return merkleLevels(segmentRoots(vector), vectorDepth(vector.length / CHUNK) - SEGMENT_LEVEL, SEGMENT_LEVEL)
}

const segmentOf = (vector: Int8Array, segment: number): Hex =>
  toHex(new Uint8Array(vector.buffer, vector.byteOffset + segment * SEGMENT, SEGMENT))
