import type { RuleSpec } from '../../protocol/types.ts'
import type { TraceLeaf } from '../trace.ts'
import { compare, isqrt, sum, weightedLowerMedian } from './integer-math.ts'
import { alignment } from './score.ts'
import type { Support } from './support.ts'
import { TraceKind } from './trace-kinds.ts'

/**
 * Which rows are outliers against the robust centre S = Σ β_i u_i / 65536.
 *
 *     oddness_i = ‖u_i − S‖ / median ‖u − S‖  +  5/4 · |median cos(u, S) − cos(u_i, S)|
 *
 * with stake-weighted lower medians: an ordinary row has oddness near 1. Distance alone misses a poisoner of normal
 * norm while the model is young, when honest updates agree (cosine 0 against 0.8); the cosine alone misses it when the
 * model has converged and honest updates are nearly orthogonal, but its norm is then several times theirs. The gap
 * counts in both directions. Where honest updates disagree, a few rows that agree can dominate S. Those rows then have
 * a large cosine, and ordinary rows near S have small distances. docs/aggregation.md has the measurements behind 5/4
 * and the threshold.
 *
 * The unit of distance is never below an eighth of the median norm, so that members who all agree are not judged on
 * rounding noise. The stake rejected in one round and that of quarantined members together never exceed F of the total.
 * The rows with the largest gap are rejected first (ties by content hash); rows that no longer fit stay. So once
 * poisoners are out, no honest member takes their place. Nor is the last row that carries weight rejected (it can stand
 * alone when a reference row trusts nobody else).
 *
 * An odd row that the others support stays (`support.ts`), whatever the centre is.
 *
 * @param quarantined stake of members that earlier rounds keep out
 * @param target stake-median norm
 * @param rawWeights weights before rounding, not all 0
 * @param weights β of the centre: the same as shares of 65536
 * @param support none in the older rules of the laboratory
 */
export function findOutliers(
  gram: readonly (readonly bigint[])[],
  stakes: readonly bigint[],
  quarantined: bigint,
  target: bigint,
  rawWeights: readonly bigint[],
  weights: readonly number[],
  spec: Pick<RuleSpec, 'byzantineBps' | 'rejectBps'>,
  ranks: readonly number[],
  support?: Support,
): { rejected: boolean[]; trace: TraceLeaf[] } {
  const { products, square, cosines } = alignment(gram, weights)
  // Distances in 1/65536 of the update's unit: the square is exact, below 2^79.
  const distances = products.map((v, i) => isqrt(atLeastZero((gram[i]![i]! << 32n) - (v << 17n) + square)))
  const medianDistance = weightedLowerMedian(distances, stakes)
  const eighth = target << 13n
  const unit = [medianDistance, eighth, 1n].reduce((a, b) => (a > b ? a : b))
  const medianCosine = weightedLowerMedian(cosines, stakes)
  const oddness = distances.map((distance, i) => (distance << 16n) / unit + (5n * absolute(medianCosine - cosines[i]!)) / 4n)

  const rejected = stakes.map(() => false)
  let room = (sum(stakes) + quarantined) * BigInt(spec.byzantineBps) - quarantined * 10_000n
  let carried = sum(rawWeights)
  const order = oddness.map((_, i) => i).sort((a, b) => compare(oddness[b]!, oddness[a]!) || ranks[a]! - ranks[b]!)
  for (const i of order) {
    const odd = spec.rejectBps > 0 && oddness[i]! * 10_000n > BigInt(spec.rejectBps) << 16n
    const supported = support !== undefined && support.rows[i]! >= support.least
    const cost = stakes[i]! * 10_000n
    if (!odd || supported || cost > room || rawWeights[i] === carried) continue
    rejected[i] = true
    room -= cost
    carried -= rawWeights[i]!
  }
  const trace = [
    { kind: TraceKind.firstProducts, index: 0, words: [...products, square] },
    { kind: TraceKind.distances, index: 0, words: distances },
    { kind: TraceKind.cosines, index: 0, words: cosines },
    { kind: TraceKind.medians, index: 0, words: [medianDistance, unit, medianCosine] },
    { kind: TraceKind.oddness, index: 0, words: oddness },
    ...(support
      ? [
          { kind: TraceKind.support, index: 0, words: support.rows },
          { kind: TraceKind.supportMedian, index: 0, words: [support.median] },
        ]
      : []),
    { kind: TraceKind.rejected, index: 0, words: rejected.map((flag) => (flag ? 1n : 0n)) },
  ]
  return { rejected, trace }
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value
}
