import { toHex, word } from '../../protocol/bytes.ts'
import type { FormedBucket } from '../../protocol/buckets/index.ts'
import type { AggregateRow } from '../aggregate-round.ts'

/**
 * The rows that the rule sees in a task with buckets: one for each bucket that adds up, with the weight of its members. In place of a root it has its place among them, which breaks ties in
 * the order of the draw: nobody chose that.
 *
 * @param rows sealed rows
 * @param sums of the buckets, in their order, modulo 2^8
 */
export function bucketRows<R, S>(
  rows: readonly Omit<AggregateRow<R>, 'update'>[],
  buckets: readonly FormedBucket[],
  sums: readonly S[],
): AggregateRow<S>[] {
  return buckets.map((bucket, place) => {
    const first = rows[bucket.rows[0]!]!
    const weight = bucket.rows.reduce((sum, row) => sum + rows[row]!.weight, 0n)
    return { member: first.member, slot: place, weight, updateRoot: toHex(word(BigInt(place))), update: sums[place]! }
  })
}
