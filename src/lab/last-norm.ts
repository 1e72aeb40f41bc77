import { stakeMedianNorm } from '../aggregation/index.ts'
import type { AggregateResult } from '../aggregation/index.ts'
import { Verdict } from '../protocol/index.ts'

/**
 * The stake-median norm to which honest members clip in the next round (`--clip`): from the trace as nodes do, or under
 * a rule of the lab, which leaves none, from the Gram matrix.
 *
 * @param stakes of the rows of the round
 * @returns undefined when no row was admitted
 */
export function lastNorm(
  { trace, gram, rows }: Pick<AggregateResult, 'trace' | 'gram' | 'rows'>,
  stakes: readonly bigint[],
): number | undefined {
  const traced = stakeMedianNorm(trace)
  if (traced !== undefined) return traced
  const admitted = rows
    .flatMap(({ verdict }, i) => (verdict === Verdict.inadmissible || verdict === Verdict.quarantined ? [] : [stakes[i]!]))
    .map((stake, k) => ({ stake, norm: Math.floor(Math.sqrt(gram.matrix[k * gram.size + k]!)) }))
    .toSorted((a, b) => a.norm - b.norm)
  const total = admitted.reduce((sum, { stake }) => sum + stake, 0n)
  let below = 0n
  for (const { stake, norm } of admitted) {
    below += stake
    if (2n * below >= total) return norm
  }
  return undefined
}
