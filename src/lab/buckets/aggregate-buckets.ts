import { aggregateRound } from '../../aggregation/index.ts'
import type { AggregateInput, AggregatedRow, AggregateResult, LabRule } from '../../aggregation/index.ts'
import { drawBuckets, sumRows } from '../../masking/index.ts'
import { keccak, Reason, toHex, updateRoot, Verdict, word, ZERO_HASH } from '../../protocol/index.ts'
import type { Ledger } from '../../protocol/index.ts'
import type { Seat } from '../cohort.ts'
import { lastNorm } from '../last-norm.ts'

export interface BucketCohort {
  seats: readonly Seat[]
  /** Members of a bucket. */
  size: number
  seed: number
  round: number
}

export interface BucketOutcome extends Pick<AggregateResult, 'model' | 'reference' | 'ledger'> {
  /** For each seat the verdict on its bucket; `unavailable` for a seat that no bucket is left for. */
  rows: AggregatedRow[]
  /** For each seat the row that others see: the sum of its bucket. */
  seen: Int8Array[]
  medianNorm: number | undefined
}

/** Round numbers between two draws. */
const EPOCH = 8
const NO_ROW: AggregatedRow = { verdict: Verdict.unavailable, reason: Reason.none, reasonArg: ZERO_HASH, beta: 0, score: 0n }

/**
 * A round whose rows are sums of buckets. The rule, the Gram matrix and the step see buckets only; members of a bucket share its verdict and its reward. There is no
 * evidence across rounds, because nobody knows which member of a bucket spoiled it.
 *
 * @param updates int8[D], one for each seat
 */
export function aggregateBuckets(
  input: Omit<AggregateInput, 'rows'>,
  { seats, size, seed, round }: BucketCohort,
  { updates, rule }: { updates: readonly Int8Array[]; rule?: Pick<LabRule, 'decide'> },
): BucketOutcome {
  const epoch = BigInt(Math.floor((round - 1) / EPOCH))
  const draw = { seed: toHex(keccak(word(BigInt(seed)))), task: 1n, epoch, size }
  const candidates = seats.map((seat, place) => ({ place, member: seat.address, slot: seat.slot, weight: seat.stake }))
  const { buckets } = drawBuckets(draw, candidates)
  const sums = buckets.map((bucket) => sumRows(bucket.map(({ place }) => asBytes(updates[place]!))))
  const rows = buckets.map((bucket, index) => ({
    member: bucket[0]!.member,
    slot: index,
    weight: bucket.reduce((sum, { weight }) => sum + weight, 0n),
    updateRoot: toHex(updateRoot(sums[index]!)),
    update: sums[index]!,
  }))
  const result = aggregateRound({ ...input, ledger: new Map(), rows }, rule)
  const bucketOf = new Map(buckets.flatMap((bucket, index) => bucket.map(({ place }) => [place, index] as const)))
  const none = new Int8Array(input.model.length)
  const of = <T>(values: readonly T[], otherwise: T): T[] =>
    seats.map((_, place) => values[bucketOf.get(place) ?? -1] ?? otherwise)
  return {
    model: result.model,
    reference: result.reference,
    // The weight of a member is its part of the bucket's.
    rows: of(
      result.rows.map((row) => ({ ...row, beta: row.beta / size })),
      NO_ROW,
    ),
    seen: of(sums, none),
    ledger: shareRewards(
      input.ledger,
      seats,
      of(
        [...buckets.keys()].map((index) => (result.ledger.get(index)?.reward ?? 0n) / BigInt(size)),
        0n,
      ),
    ),
    medianNorm: lastNorm(
      result,
      rows.map(({ weight }) => weight),
    ),
  }
}

const asBytes = (row: Int8Array): Uint8Array => new Uint8Array(row.buffer, row.byteOffset, row.length)

function shareRewards(before: Ledger, seats: readonly Seat[], rewards: readonly bigint[]): Ledger {
  const after = new Map(before)
  for (const [place, { slot, address }] of seats.entries()) {
    const known = before.get(slot)
    after.set(slot, {
      ...(known ?? { member: address, strikes: 0, reputation: 0, extra: ZERO_HASH }),
      reward: (known?.reward ?? 0n) + rewards[place]!,
    })
  }
  return after
}
