import { isAdmitted } from '../../protocol/types.ts'
import type { FormedBucket } from '../../protocol/buckets/index.ts'
import type { AggregatedRow } from '../aggregate-round.ts'
import type { TraceLeaf } from '../trace.ts'

/** Kind of the leaf in the trace. No rule writes it (`TraceKind`). */
export const BUCKETS_KIND = 34
/** Stands for the place of an absent member where nobody is absent. */
const NOBODY = 4

/**
 * The last leaf of a trace in a task with buckets: which members rows each admitted row of the rule is the sum of. A word is
 * `count · 2^40 + absent · 2^32 + Σ row_k · 2^(8 k)`, with `absent` the place of the member without a row, or 4.
 *
 * @param rows what the rule made of each bucket
 */
export function bucketsLeaf(buckets: readonly FormedBucket[], rows: readonly Pick<AggregatedRow, 'verdict'>[]): TraceLeaf {
  const words = buckets
    .filter((_, place) => isAdmitted(rows[place]!.verdict))
    .map(({ rows: members, absent }) => {
      const head = (BigInt(members.length) << 40n) | (BigInt(absent ?? NOBODY) << 32n)
      return members.reduce((word, row, k) => word | (BigInt(row) << BigInt(8 * k)), head)
    })
  return { kind: BUCKETS_KIND, index: 0, words }
}
