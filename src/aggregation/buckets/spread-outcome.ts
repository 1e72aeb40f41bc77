import { toHex, word, ZERO_HASH } from '../../protocol/bytes.ts'
import type { FormedBucket } from '../../protocol/buckets/index.ts'
import { Reason, Verdict } from '../../protocol/types.ts'
import { originals } from '../admit.ts'
import type { AggregatedRow, AggregateResult, AggregateRow, RoundInput } from '../aggregate-round.ts'
import type { TraceLeaf } from '../trace.ts'
import { traceRoot } from '../trace.ts'
import { updateLedger } from '../update-ledger.ts'
import { bucketsLeaf } from './buckets-leaf.ts'

/** What is the members' own in the outcome of a round with buckets; the rest is that of the rule over the sums. */
export interface SpreadOutcome extends Pick<AggregateResult, 'rows' | 'trace' | 'traceRoot' | 'ledger' | 'ledgerTotal'> {
  trace: TraceLeaf[]
}

/**
 * From the outcome of the buckets to that of their members. Each carries the verdict, the reason and β of its bucket and an equal part of the score, rounded down, since
 * members of a bucket have the same stake. Nobody knows who spoiled a bucket, so the ledger pays and keeps no evidence.
 *
 * @param input the round over the members' own rows; `update` is null where a row is not available, and its bytes are not read
 * @param buckets that add up (`sealedBuckets`)
 * @param result of the rule over `bucketRows`
 */
export function spreadOutcome(
  input: Pick<RoundInput<unknown>, 'spec' | 'round' | 'ledger' | 'operator' | 'rows'>,
  buckets: readonly FormedBucket[],
  result: Pick<AggregateResult, 'rows' | 'trace'>,
): SpreadOutcome {
  const bucketOf = new Map(buckets.flatMap(({ rows }, place) => rows.map((row) => [row, place] as const)))
  const twins = originals(input.rows.map(({ update, updateRoot }) => (update === null ? null : updateRoot)))
  const rows = input.rows.map((row, index): AggregatedRow => {
    const place = bucketOf.get(index)
    if (place === undefined) return outside(row, twins[index])
    const outcome = result.rows[place]!
    return { ...outcome, score: outcome.score / BigInt(buckets[place]!.rows.length) }
  })
  const judged = input.rows.map((row, index) => ({ ...row, ...rows[index]! }))
  const sharedScore = result.rows.reduce((sum, { score }) => sum + score, 0n)
  const { ledger, total } = updateLedger(input.ledger, judged, { ...input, sharedScore })
  const trace = result.trace.length > 0 ? [...result.trace, bucketsLeaf(buckets, result.rows)] : []
  return {
    rows,
    trace,
    traceRoot: trace.length > 0 ? traceRoot(trace) : ZERO_HASH,
    ledger,
    ledgerTotal: total,
  }
}

/** The verdict on a row that is part of no sum. */
function outside({ update }: Pick<AggregateRow<unknown>, 'update'>, twin: number | undefined): AggregatedRow {
  const none = { beta: 0, score: 0n, reasonArg: ZERO_HASH }
  if (update === null) return { ...none, verdict: Verdict.unavailable, reason: Reason.none }
  if (twin !== undefined) {
    const fault = { code: 'UPDATE_COPIED', message: `row ${twin} of the round has the same update` } as const
    return { ...none, verdict: Verdict.inadmissible, reason: Reason.copy, reasonArg: toHex(word(BigInt(twin))), fault }
  }
  const fault = { code: 'BUCKET_VOID', message: 'the rows of its bucket do not add up' } as const
  return { ...none, verdict: Verdict.inadmissible, reason: Reason.bucket, fault }
}
