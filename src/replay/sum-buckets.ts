import { bucketRows, spreadOutcome } from '../aggregation/index.ts'
import type { AggregateRow, RoundInput } from '../aggregation/index.ts'
import { openRows, rowOf } from '../engine/index.ts'
import type { Engine, EngineResult, HashedRow, RowSource, RunOptions } from '../engine/index.ts'
import { addBytes } from '../masking/index.ts'
import { paddedLength, SEGMENT } from '../protocol/index.ts'
import type { FormedBucket } from '../protocol/index.ts'

/**
 * A round whose rows are the sums of buckets, from admission to ledger (docs/decisions/0009-buckets-in-tasks.md). The sums are in memory; the members' masked rows are read segment by segment, and
 * nothing is made of a single one.
 *
 * @param input the members' rows; `update` is the shown version of a row that is part of a sum
 * @param buckets that add up
 * @throws QuorateError as `Engine.aggregate` does
 */
export async function aggregateBuckets(
  engine: Pick<Engine, 'aggregate'>,
  { ledger, operator, rows, ...round }: RoundInput<RowSource | HashedRow>,
  { buckets, available }: { buckets: readonly FormedBucket[]; available: readonly boolean[] },
  options: RunOptions,
): Promise<EngineResult> {
  const segments = paddedLength(round.spec) / SEGMENT
  const sums = buckets.map((bucket) => sumRows(bucket, rows, segments))
  // The ledger of the members has nothing to say about sums: there are no quarantines.
  const result = await engine.aggregate({ ...round, ledger: new Map(), rows: bucketRows(rows, buckets, sums) }, options)
  const members = rows.map((row, index) => ({ ...row, update: available[index] ? true : null }))
  const outcome = spreadOutcome({ ...round, ledger, ...(operator && { operator }), rows: members }, buckets, result)
  return { ...result, ...outcome }
}

/** @returns int8[D], in memory that threads share */
function sumRows(
  bucket: FormedBucket,
  rows: readonly Pick<AggregateRow<RowSource | HashedRow>, 'update'>[],
  segments: number,
): Int8Array {
  const sources = bucket.rows.map((row) => rowOf(rows[row]!.update!))
  const sum = new Int8Array(new SharedArrayBuffer(segments * SEGMENT))
  using source = openRows(sources, segments)
  for (let segment = 0; segment < segments; segment++) {
    const into = new Uint8Array(sum.buffer, segment * SEGMENT, SEGMENT)
    for (let row = 0; row < sources.length; row++) addBytes(into, asBytes(source.read(row, segment)), 1)
  }
  return sum
}

const asBytes = (values: Int8Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.length)
