import { RuleId, weighsByTrust } from '../../protocol/types.ts'
import type { TraceLeaf } from '../trace.ts'
import { equalise } from './equalise.ts'
import { geometricMedian } from './geometric-median.ts'
import { contentRanks, dot, largestRemainder, sum } from './integer-math.ts'
import { memberGram } from './member-gram.ts'
import { mixNeighbours } from './neighbour-mixing.ts'
import { noveltyOf } from './company.ts'
import { findOutliers } from './outliers.ts'
import type { GramRule, RuleInput } from './rule.ts'
import { alongLastStep, holdReversal, weightsHeld } from './reversal.ts'
import { settle } from './score.ts'
import { supportOf } from './support.ts'
import { TraceKind } from './trace-kinds.ts'
import { trustInReference } from './trust.ts'

/** A scale of 1. */
const ONE = 1n << 16n

/**
 * The default rule: equalised norms, nearest-neighbour mixing over 1 − F of the stake, stake-weighted geometric median; then rows that are outliers against
 * that centre, and that the others do not support, are rejected, and the rest keep their proportions, except that a step takes the last one back no further than all but F of the stake go. Short updates are lengthened to be compared only: in the sum they stay
 * as short as they are, and long ones have the stake-median norm (within the cap). All of it is integer work on the n x n Gram matrix, invariant under the order of the rows and
 * the unit of stake, and linear in stake.
 *
 * With a reference row to trust the stake of each member is multiplied by its trust (`trust.ts`) for mixing and median; medians, verdicts and scores
 * keep to the bonded stake. With one for novelty (`novelty.ts`, `reversal.ts`) scores and the last weights look at it.
 *
 * Sources: Allouah et al. 2023 (NNM), Pillutla et al. 2022 (geometric median), Cao et al. 2021 (FLTrust). docs/aggregation.md has every formula.
 */
export const nnmGm: GramRule = {
  id: RuleId.nnmGm,
  name: 'nnm-gm',
  weights(input) {
    const filtered = weighByNnmGm(input, { supported: true })
    const { rejected } = filtered
    const { weights, trace } = withoutReversal(input, filtered)
    const settled = settle(memberGram(input.gram, input.stakes.length), input.stakes, weights, rejected, noveltyOf(input))
    return { weights, scores: settled.scores, verdicts: settled.verdicts, trace: [...trace, ...settled.trace] }
  },
}

/** The same weights where the step does not take the last one back further than all but F of the stake go (`reversal.ts`). */
function withoutReversal(input: RuleInput, { weights, rejected, trace }: NnmGmWeights): Omit<NnmGmWeights, 'rejected'> {
  const along = alongLastStep(input)
  if (!along || sum(input.stakes) === 0n) return { weights, trace }
  const ranks = contentRanks(input.tieBreak)
  const reversal = holdReversal(along, input.stakes, rejected, weights, input.spec.byzantineBps, ranks)
  return {
    weights: largestRemainder(weightsHeld(weights, reversal), ranks),
    trace: [
      ...trace,
      { kind: TraceKind.filteredWeights, index: 0, words: weights.map(BigInt) },
      { kind: TraceKind.reversal, index: 0, words: [...reversal.stays, reversal.factor] },
    ],
  }
}

/** The weights of rule 1 with what they follow from, before pay. */
export interface NnmGmWeights {
  weights: number[]
  rejected: boolean[]
  trace: TraceLeaf[]
}

/** @param supported whether an odd row that the others support stays; no in the older rules of the laboratory */
export function weighByNnmGm(
  { gram, stakes, quarantined = 0n, tieBreak, hasReference, spec }: RuleInput,
  { supported }: { supported: boolean },
): NnmGmWeights {
  const n = stakes.length
  if (sum(stakes) === 0n) return { weights: stakes.map(() => 0), rejected: stakes.map(() => false), trace: [] }
  const ranks = contentRanks(tieBreak)
  const trace: TraceLeaf[] = []
  const commit = (kind: number, words: readonly bigint[], index = 0): void => void trace.push({ kind, index, words: [...words] })
  const commitRows = (kind: number, rows: readonly (readonly bigint[])[]): void => rows.forEach((row, i) => commit(kind, row, i))
  commit(TraceKind.stakes, stakes)

  let shares = [...stakes]
  if (hasReference && weighsByTrust(spec)) {
    const trust = trustInReference(gram)
    shares = stakes.map((stake, i) => stake * trust[i]!)
    // Trust only where there is no stake would leave nothing to mix.
    if (sum(shares) === 0n) shares = [...stakes]
    commit(TraceKind.trust, trust)
  }
  commit(TraceKind.shares, shares)

  const raw = memberGram(gram, n)
  const equal = equalise(raw, stakes, spec.capQ16)
  commit(TraceKind.norms, equal.norms)
  commit(TraceKind.scales, [equal.target, ...equal.scales])
  commitRows(TraceKind.equalised, equal.gram)
  commit(
    TraceKind.squares,
    equal.gram.map((row, i) => row[i]!),
  )

  const mixed = mixNeighbours(equal.gram, shares, spec.byzantineBps, ranks)
  mixed.taken.forEach(({ whole, border, part }, i) => commit(TraceKind.neighbours, [whole, BigInt(border), part], i))
  commitRows(TraceKind.mixedOnce, mixed.once)
  commitRows(TraceKind.mixed, mixed.twice)

  // Distances carry 8 fractional bits; the floor is a thousandth of the common norm.
  const smallest = equal.target >> 2n
  const median = geometricMedian(mixed.twice, shares, spec.iterations, smallest > 0n ? smallest : 1n)
  median.steps.forEach(({ centre, inverse }, t) => {
    commit(TraceKind.centre, centre, t)
    commit(TraceKind.inverseDistances, inverse, t)
  })
  commit(TraceKind.mixWeights, median.weights)

  // Back from mixed rows to members: c_j = Σ_i μ_i fill_ij below 2^204. Rows are lengthened for the comparison only,
  // not for the sum. In the sum, lengthening would give weight to rows that move nothing.
  const rawWeights = equal.scales.map(
    (scale, j) =>
      (scale < ONE ? scale : ONE) *
      dot(
        median.weights,
        mixed.fill.map((row) => row[j]!),
      ),
  )
  commit(TraceKind.rawWeights, rawWeights)
  const first = largestRemainder(rawWeights, ranks)
  commit(TraceKind.firstWeights, first.map(BigInt))

  const support = supported ? supportOf(equal.gram, equal.norms, stakes, spec.byzantineBps) : undefined
  const outliers = findOutliers(raw, stakes, quarantined, equal.target, rawWeights, first, spec, ranks, support)
  const weights = largestRemainder(
    rawWeights.map((value, i) => (outliers.rejected[i] ? 0n : value)),
    ranks,
  )
  return { weights, rejected: outliers.rejected, trace: [...trace, ...outliers.trace] }
}
