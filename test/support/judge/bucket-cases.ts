import { BUCKETS_KIND, TraceKind } from '../../../src/aggregation/index.ts'
import type { Engine } from '../../../src/engine/index.ts'
import { reasonArgOf, sumsOf } from '../../../src/judge/claim-parts.ts'
import {
  buildBucketFieldProof,
  buildBucketGramProof,
  buildBucketNormProof,
  buildBucketRowsProof,
  buildBucketsProof,
  buildBucketSumProof,
  buildBucketTotalProof,
  buildBucketValueProof,
} from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import {
  availableRoots,
  CHUNKS_PER_SEGMENT,
  keccak,
  Reason,
  toHex,
  Verdict,
  word,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { MemberLeaf, RoundRecord } from '../../../src/protocol/index.ts'
import { claimComputer } from '../../../src/replay/index.ts'
import { bucketRound } from '../bucket-round.ts'
import type { NamedProof } from './bucket-other-proofs.ts'
import { otherHonestProofs, otherLies } from './bucket-other-proofs.ts'
import type { BucketFate, BucketRound } from '../bucket-round.ts'
import { randomOf } from './random-round.ts'

/** A round in buckets and its honest claim. */
export interface BucketCase extends BucketRound {
  parts: ClaimParts
  record: RoundRecord
}

const FIELDS = [TraceKind.stakes, TraceKind.weights, TraceKind.scores, TraceKind.verdicts]
const FATES: readonly BucketFate[] = ['absent', 'withheld', 'spoiled', 'heavier', 'copied']
const REFUSED = { verdict: Verdict.inadmissible, reason: Reason.bucket, reasonArg: ZERO_HASH, beta: 0, score: 0n }

/**
 * A random round: buckets of either size, one or two segments, members that are absent, keep their rows back, send noise, have another stake or the root of another.
 *
 * @returns undefined where too little is sealed or attested for any claim
 */
export async function randomBucketCase(engine: Pick<Engine, 'aggregate'>, seed: number): Promise<BucketCase | undefined> {
  const random = randomOf(seed)
  const size = random(2) === 0 ? 3 : 4
  const fates = Array.from({ length: size * (1 + random(4)) }, () => (random(6) === 0 ? FATES[random(FATES.length)] : undefined))
  const rule = { reference: random(4) as 0 | 1 | 2 | 3 }
  const round = bucketRound({ size, length: 1 + random(12_000), alone: random(3), rule, fates, random: repeatable(`${seed}`) })
  const maxNormSq = random(4) === 0 ? 1n : 2n ** 62n
  const spec = { ...round.input.spec, maxNormSq, committee: size * 256 + 8 }
  try {
    const { parts } = await claimComputer(engine)({ ...round.input, spec })
    return { ...round, parts, record: round.input.record }
  } catch {
    return undefined
  }
}

/** Bytes that are the same in every run. */
export function repeatable(name: string): (length: number) => Uint8Array {
  let count = 0
  return (length) => {
    const bytes = new Uint8Array(Math.ceil(length / 32) * 32)
    for (let at = 0; at < length; at += 32) bytes.set(keccak(new TextEncoder().encode(`${name} ${count++}`)), at)
    return bytes.subarray(0, length)
  }
}

/** Slots of each bucket as the contract keeps them: 16 bits a member. */
export function packedBuckets({ buckets, record }: Pick<BucketCase, 'buckets' | 'record'>): bigint[] {
  return buckets.map((bucket) => {
    const slots = bucket.map((member) => record.snapshot.members.find((one) => one.member === member)!.slot)
    return slots.reduce((packed, slot, k) => packed | (BigInt(slot) << BigInt(16 * k)), 0n)
  })
}

/** Every kind of proof against the honest claim: none may show a fault. */
export function honestBucketProofs({ parts, record, buckets }: BucketCase, seed: number): NamedProof[] {
  const random = randomOf(seed)
  const { rows, places, carrying, segments } = shapeOf(parts)
  const chunks = [0, 1, segments * CHUNKS_PER_SEGMENT - 1]
  const proofs: NamedProof[] = rows.map((row) => ({ name: `row ${row}`, proof: buildBucketRowsProof(parts, row) }))
  for (const [bucket, members] of buckets.entries()) {
    const first = firstRow(record, members)
    if (first === undefined) continue
    const refused = parts.rows[first]!.reason === Reason.norm
    for (const chunk of chunks)
      proofs.push({ name: `value ${bucket} ${chunk}`, proof: buildBucketValueProof(parts, bucket, chunk) })
    if (refused)
      for (let index = 0; index < segments; index++)
        proofs.push({ name: `norm ${bucket} ${index}`, proof: buildBucketNormProof(parts, bucket, { index, level: 0 }) })
  }
  proofs.push(...otherHonestProofs(parts, seed))
  if (places.length === 0) return proofs
  proofs.push({ name: 'total', proof: buildBucketTotalProof(parts) })
  proofs.push({ name: 'buckets', proof: buildBucketsProof(parts) })
  for (const place of places)
    for (const kind of FIELDS) proofs.push({ name: `field ${kind} ${place}`, proof: buildBucketFieldProof(parts, kind, place) })
  for (const k of carrying)
    for (const chunk of chunks) proofs.push({ name: `sum ${k} ${chunk}`, proof: buildBucketSumProof(parts, chunk, k) })
  const pair = random(parts.gram.length)
  proofs.push({ name: `gram ${pair}`, proof: buildBucketGramProof(parts, pair, random(segments)) })
  return proofs
}

/** Lies that each proof has to show. */
export function lyingBucketProofs({ parts, record, buckets }: BucketCase, seed: number): NamedProof[] {
  const random = randomOf(seed)
  const { places, carrying, segments } = shapeOf(parts)
  const lies: NamedProof[] = []
  const withRow = (row: number, change: Partial<MemberLeaf>): ClaimParts => ({
    ...parts,
    rows: parts.rows.with(row, { ...parts.rows[row]!, ...change }),
  })
  const withField = (kind: number, place: number, change: (value: bigint) => bigint): ClaimParts => ({
    ...parts,
    trace: parts.trace.map((leaf) =>
      leaf.kind === kind ? { ...leaf, words: leaf.words.with(place, change(leaf.words[place]!)) } : leaf,
    ),
  })
  const shown = availableRoots(record, parts.spec)
  for (const [row, leaf] of parts.rows.entries()) {
    if (leaf.reason === Reason.bucket) {
      const changed = withRow(row, { verdict: Verdict.accepted, reason: Reason.none })
      lies.push({ name: `row ${row} outside a sum is admitted`, proof: buildBucketRowsProof(changed, row) })
    } else if (shown[row] !== undefined) {
      lies.push({ name: `row ${row} of a sum is refused`, proof: buildBucketRowsProof(withRow(row, REFUSED), row) })
    }
  }
  for (const [bucket, members] of buckets.entries()) {
    const first = firstRow(record, members)
    if (first === undefined || shown[first] === undefined) continue
    const { reason, reasonArg } = parts.rows[first]!
    if (reason === Reason.value) {
      const chunk = Number(BigInt(reasonArg))
      const later = withRow(first, { reasonArg: toHex(word(BigInt(chunk + 1))) })
      lies.push({ name: `bucket ${bucket}: a later chunk`, proof: buildBucketValueProof(later, bucket, chunk) })
    } else {
      const bad = withRow(first, { ...REFUSED, reason: Reason.value })
      lies.push({ name: `bucket ${bucket}: a fine chunk is bad`, proof: buildBucketValueProof(bad, bucket, 0) })
    }
    if (reason === Reason.norm) {
      const norms = parts.norms.get(first)![0]!
      const sums = sumsOf(norms.with(0, norms[0]! + 1))
      const other = { ...withRow(first, { reasonArg: reasonArgOf(sums) }), norms: new Map([[first, sums]]) }
      lies.push({
        name: `bucket ${bucket}: another square`,
        proof: buildBucketNormProof(other, bucket, { index: 0, level: 0 }),
      })
    }
  }
  for (const place of places) {
    for (const kind of FIELDS) {
      const changed = withField(kind, place, (value) => value + 4n)
      lies.push({ name: `field ${kind} of ${place}`, proof: buildBucketFieldProof(changed, kind, place) })
    }
    // Row, number of rows, absent member.
    const bit = [0n, 8n, 32n, 40n][random(4)]!
    lies.push({
      name: `bucket word ${place}`,
      proof: buildBucketsProof(withField(BUCKETS_KIND, place, (value) => value ^ (1n << bit))),
    })
  }
  for (const k of carrying) {
    const chunk = random(segments * CHUNKS_PER_SEGMENT)
    const words = parts.transition[chunk]!
    const changed = { ...parts, transition: parts.transition.with(chunk, words.with(k, keccak(words[k]!))) }
    lies.push({ name: `sum ${k} in chunk ${chunk}`, proof: buildBucketSumProof(changed, chunk, k) })
  }
  if (places.length > 0) {
    const [pair, segment] = [random(parts.gram.length), random(segments)]
    const leaves = parts.gram[pair]![0]!
    const changed = { ...parts, gram: parts.gram.with(pair, sumsOf(leaves.with(segment, leaves[segment]! - 1))) }
    lies.push({ name: `gram ${pair} in segment ${segment}`, proof: buildBucketGramProof(changed, pair, segment) })
  }
  return [...lies, ...otherLies(parts, seed)]
}

/** Indices of rows, of places in the trace and of sums with weight; segments of a row. */
function shapeOf(parts: ClaimParts): { rows: number[]; places: number[]; carrying: number[]; segments: number } {
  const words = (kind: number): bigint[] => parts.trace.find((leaf) => leaf.kind === kind)?.words ?? []
  return {
    rows: [...parts.rows.keys()],
    places: [...words(BUCKETS_KIND).keys()],
    carrying: [
      ...words(TraceKind.weights)
        .filter((beta) => beta > 0n)
        .keys(),
    ],
    segments: parts.transition.length / CHUNKS_PER_SEGMENT,
  }
}

function firstRow(record: RoundRecord, members: readonly string[]): number | undefined {
  const row = record.rows.findIndex(({ member }) => members.includes(member))
  return row < 0 ? undefined : row
}
