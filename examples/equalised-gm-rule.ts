import { gramRule } from '../src/aggregation/index.ts'
import { equalise } from '../src/aggregation/rules/equalise.ts'
import { geometricMedian } from '../src/aggregation/rules/geometric-median.ts'
import { largestRemainder } from '../src/aggregation/rules/integer-math.ts'
import { findOutliers } from '../src/aggregation/rules/outliers.ts'

/** For `quorate lab --rule examples/equalised-gm-rule.ts`: the default rule without neighbour mixing. Norms to the stake-median, geometric median by stake, then its outlier test. */
export default gramRule(
  {
    name: 'equalised-gm',
    paper: 'Pillutla et al. 2022 with the scaling and the outlier test of docs/aggregation.md §4',
    breakdown: 'F < 1/2',
    weighting: 'norms to the stake-median; median by stake / distance; at most F of the stake rejected',
    publicRow: 'none',
    translates: false,
    splits: true,
    unsafe: ({ byzantineBps }) => (byzantineBps >= 5000 ? 'no honest majority' : undefined),
  },
  ({ gram, stakes, ranks, spec }) => {
    const { gram: equal, target, scales } = equalise(gram, stakes, spec.capQ16)
    const smallest = target >> 2n
    const { weights } = geometricMedian(equal, stakes, spec.iterations, smallest > 0n ? smallest : 1n)
    const raw = weights.map((weight, i) => weight * scales[i]!)
    const { rejected } = findOutliers(gram, stakes, target, raw, largestRemainder(raw, ranks), spec, ranks)
    return { raw: raw.map((value, i) => (rejected[i] ? 0n : value)), rejected }
  },
)
