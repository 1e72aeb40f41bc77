import { BUCKETS_KIND, bucketsLeaf, ruleOf, TraceKind } from '../../aggregation/index.ts'
import type { TraceLeaf } from '../../aggregation/index.ts'
import { CHUNKS_PER_SEGMENT, coordinatesOf, isAdmitted, Reason, ReferenceId, SEGMENT, toHex, word } from '../../protocol/index.ts'
import type { MemberLeaf, RoundBucket } from '../../protocol/index.ts'
import { sumsOf } from '../claim-parts.ts'
import type { ClaimParts } from '../claim-parts.ts'
import {
  buildBucketFieldProof,
  buildBucketGramProof,
  buildBucketNormProof,
  buildBucketRowsProof,
  buildBucketsProof,
  buildBucketSumProof,
  buildBucketTotalProof,
  buildBucketValueProof,
  summedBuckets,
  sumOf,
} from '../proofs/prove-buckets.ts'
import { buildGramNodeProof, buildGramShapeProof, buildNormProof, pairsOf } from '../proofs/prove-gram.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildVerdictProof } from '../proofs/prove-members.ts'
import { buildTraceShapeProof, misshapenAt } from '../proofs/prove-trace.ts'
import { ledgerFraud } from './ledger-fraud.ts'
import { transitionFraud } from './step-fraud.ts'
import { traceFraudAt } from './trace-fraud.ts'

/** A claim of a task with buckets. */
type BucketParts = ClaimParts & { buckets: readonly RoundBucket[] }

/**
 * The proof against the first wrong leaf of a claim over sums, in the order of `leafFraud`: rows against seal, draw and bytes, then what is summed, inner products, trace, fields of rows,
 * transition, model, ledger.
 *
 * @param posted with the buckets of the replay: which add up, seal, draw and attestations say
 * @param honest the same round, replayed
 */
export function bucketFraud(posted: BucketParts, honest: ClaimParts): JudgeProof | undefined {
  const early =
    rowsFraud(posted, honest) ?? shapeFraud(posted) ?? gramFraud(posted, honest) ?? traceFraud(posted) ?? fieldFraud(posted)
  if (early) return early
  return stepFraud(posted, honest) ?? ledgerOf(posted, honest)
}

/** Rows that are in a sum or refused against seal, draw and bytes, or do not carry what their bucket does. */
function rowsFraud(posted: BucketParts, honest: ClaimParts): JudgeProof | undefined {
  // Rows of the others have no outcome in common.
  const whole = posted.buckets.filter((bucket) => bucket.whole)
  const first = new Map(whole.flatMap(({ rows }) => rows.map((row) => [row, rows[0]!] as const)))
  for (const [i, row] of posted.rows.entries()) {
    const right = honest.rows[i]!
    const isVoid = (one: MemberLeaf): boolean => one.reason === Reason.bucket
    if (isVoid(row) !== isVoid(right)) return buildBucketRowsProof(posted, i)
    const mate = first.get(i)
    if (mate !== undefined && outcome(row) !== outcome(posted.rows[mate]!)) return buildBucketRowsProof(posted, i)
  }
  for (const [place, bucket] of posted.buckets.entries()) {
    if (!bucket.whole) continue
    const [row, right] = [posted.rows[bucket.rows[0]!]!, honest.rows[bucket.rows[0]!]!]
    const proof = reasonFraud(posted, place, { row, right })
    if (proof) return proof
  }
  return undefined
}

function outcome({ verdict, reason, reasonArg, beta, score }: MemberLeaf): string {
  return `${verdict} ${reason} ${reasonArg} ${beta} ${score}`
}

/** A bucket that is admitted or refused against the values or the norm of its sum. */
function reasonFraud(
  posted: BucketParts,
  place: number,
  { row, right }: { row: MemberLeaf; right: MemberLeaf },
): JudgeProof | undefined {
  const chunkOf = ({ reason, reasonArg }: MemberLeaf): number | undefined =>
    reason === Reason.value ? Number(BigInt(reasonArg)) : undefined
  const [named, bad] = [chunkOf(row), chunkOf(right)]
  if (named !== bad) {
    // A bad chunk before the named one shows the lie; otherwise the named one does, which is good.
    if (bad !== undefined && (named === undefined || bad < named)) return buildBucketValueProof(posted, place, bad)
    const chunks = posted.transition.length
    return buildBucketValueProof(posted, place, named! < chunks ? named! : 0)
  }
  if (row.reason !== Reason.norm) return undefined
  const bucket = posted.buckets[place]!
  const sums = posted.norms.get(bucket.rows[0]!)
  if (!sums) return undefined
  const rightSums = sumsOf(segmentSquares(posted, bucket))
  for (const [level, nodes] of sums.entries()) {
    const index = nodes.findIndex((sum, k) => sum !== rightSums[level]?.[k])
    if (index < 0) continue
    return buildBucketNormProof(posted, place, level === 0 ? { index, level: 0 } : { index: 2 * index, level: level - 1 })
  }
  const total = BigInt(sums.at(-1)![0]!)
  const inside = total >= posted.spec.minNormSq && total <= posted.spec.maxNormSq
  return inside ? buildBucketNormProof(posted, place, { index: 0, level: sums.length - 1 }) : undefined
}

/** Squared norm of a bucket's sum by segment. */
function segmentSquares(posted: BucketParts, bucket: RoundBucket): number[] {
  return Array.from({ length: posted.transition.length / CHUNKS_PER_SEGMENT }, (_, segment) =>
    new Int8Array(sumOf(posted, bucket, segment * SEGMENT, SEGMENT).buffer).reduce((sum, value) => sum + value * value, 0),
  )
}

/** Whether trace and gram tree speak of the sums that the rows admit. */
function shapeFraud(posted: BucketParts): JudgeProof | undefined {
  const summed = summedBuckets(posted)
  const [first] = posted.trace
  if (!first) {
    const admitted = posted.rows.findIndex(({ verdict }) => isAdmitted(verdict))
    if (admitted >= 0) return buildVerdictProof(posted, admitted, TraceKind.stakes)
    return posted.gram.length === 0 ? undefined : buildGramShapeProof(posted)
  }
  const misshapen = misshapenAt(posted)
  if (misshapen !== undefined) return buildTraceShapeProof(posted, misshapen)
  const right = bucketsLeaf(
    summed,
    summed.map(({ rows }) => posted.rows[rows[0]!]!),
  )
  const { words } = posted.trace.find(({ kind }) => kind === BUCKETS_KIND)!
  if (words.join() !== right.words.join()) return buildBucketsProof(posted)
  const size = summed.length + (posted.spec.rule.reference === ReferenceId.none ? 0 : 1)
  return posted.gram.length === pairsOf(size) ? undefined : buildGramShapeProof(posted)
}

/** The first sum of an inner product that is not right, and sums whose norm is out of bounds. */
function gramFraud(posted: BucketParts, honest: ClaimParts): JudgeProof | undefined {
  for (const [pair, levels] of posted.gram.entries()) {
    for (const [level, sums] of levels.entries()) {
      const index = sums.findIndex((sum, i) => sum !== honest.gram[pair]?.[level]?.[i])
      if (index < 0) continue
      return level === 0 ? buildBucketGramProof(posted, pair, index) : buildGramNodeProof(posted, pair, level, index)
    }
  }
  const { minNormSq, maxNormSq } = posted.spec
  const long = summedBuckets(posted).findIndex((_, place) => {
    const norm = BigInt(posted.gram[pairsOf(place + 1) - 1]!.at(-1)![0]!)
    return norm < minNormSq || norm > maxNormSq
  })
  return long < 0 ? undefined : buildNormProof(posted, long)
}

/** The trace against the rule, from the claim's own sums and inner products, which are right by now. */
function traceFraud(posted: BucketParts): JudgeProof | undefined {
  if (posted.trace.length === 0) return undefined
  const stakes = stakesOf(posted)
  const { words } = posted.trace[0]!
  const heavier = stakes.findIndex((stake, place) => stake !== words[place])
  if (heavier >= 0) return buildBucketFieldProof(posted, TraceKind.stakes, heavier)
  for (const [place, leaf] of rightTrace(posted, stakes).entries()) {
    const proof = traceFraudAt(posted, place, leaf)
    if (proof) return proof
  }
  return undefined
}

function stakesOf(posted: BucketParts): bigint[] {
  return summedBuckets(posted).map(({ rows }) => rows.reduce((sum, row) => sum + posted.rows[row]!.weight, 0n))
}

/** What the rule writes over the sums; the leaf of the buckets comes after it. */
function rightTrace(posted: BucketParts, stakes: bigint[]): TraceLeaf[] {
  const hasReference = posted.spec.rule.reference !== ReferenceId.none
  const size = stakes.length + (hasReference ? 1 : 0)
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = posted.gram[pairsOf(i) + j]!.at(-1)![0]!
  return ruleOf(posted.spec.rule.rule).weights({
    gram: { size, matrix },
    stakes,
    quarantined: 0n,
    tieBreak: stakes.map((_, place) => toHex(word(BigInt(place)))),
    hasReference,
    spec: posted.spec.rule,
    coordinates: coordinatesOf(posted.spec),
  }).trace
}

/** The first row of each bucket against the trace. */
function fieldFraud(posted: BucketParts): JudgeProof | undefined {
  const words = (kind: number): bigint[] => posted.trace.find((leaf) => leaf.kind === kind)?.words ?? []
  for (const [place, { rows }] of summedBuckets(posted).entries()) {
    const { beta, score, verdict } = posted.rows[rows[0]!]!
    const share = words(TraceKind.scores)[place]! / BigInt(rows.length)
    if (BigInt(beta) !== words(TraceKind.weights)[place]) return buildBucketFieldProof(posted, TraceKind.weights, place)
    if (score !== share) return buildBucketFieldProof(posted, TraceKind.scores, place)
    if (BigInt(verdict) !== words(TraceKind.verdicts)[place]) return buildBucketFieldProof(posted, TraceKind.verdicts, place)
  }
  return undefined
}

/** `transitionFraud`, but for hashes of rows, which are those of sums here. */
function stepFraud(posted: BucketParts, honest: ClaimParts): JudgeProof | undefined {
  for (const [chunk, words] of posted.transition.entries()) {
    const right = honest.transition[chunk]!
    const rows = Math.max(words.length, right.length) - 4
    for (let k = 0; k < rows && words.length >= 4; k++)
      if (words.length !== right.length || toHex(words[k]!) !== toHex(right[k]!)) return buildBucketSumProof(posted, chunk, k)
  }
  return transitionFraud(posted, honest)
}

function ledgerOf(posted: BucketParts, honest: ClaimParts): JudgeProof | undefined {
  const proof = ledgerFraud({ ...posted, ledgerTotal: honest.ledgerTotal }, honest)
  if (proof) return ledgerFraud(posted, honest)
  return posted.ledgerTotal === honest.ledgerTotal ? undefined : buildBucketTotalProof(posted)
}
