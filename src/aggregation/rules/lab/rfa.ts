import { distanceKernel } from './distances.ts'
import { gramRule } from './gram-rule.ts'
import { medianOf } from './median-of.ts'
import { honestMajority } from './theory.ts'

/**
 * RFA: the stake-weighted geometric median by a fixed number of smoothed Weiszfeld steps from the mean.
 *
 * Paper: Pillutla, Kakade, Harchaoui 2022, "Robust Aggregation for Federated Learning".
 * Breakdown: F < 1/2 for the median itself; a step shrinks the share of a far outlier by F / (1 − F), so `iterations` bounds the rest.
 * Stake: weight of a row is stake / distance.
 */
export const rfa = gramRule(
  {
    name: 'gm',
    paper: 'Pillutla et al. 2022, Robust Aggregation for Federated Learning',
    breakdown: 'F < 1/2',
    weighting: 'stake / distance to the centre',
    publicRow: 'none',
    translates: true,
    splits: true,
    unsafe: honestMajority,
  },
  ({ gram, stakes, spec }) => ({ raw: medianOf(distanceKernel(gram), stakes, spec.iterations) }),
)
