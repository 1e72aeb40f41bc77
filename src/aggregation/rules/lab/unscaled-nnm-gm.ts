import { distanceKernel } from './distances.ts'
import { gramRule } from './gram-rule.ts'
import { mixedMedian } from './mixed-median.ts'
import { honestMajority } from './theory.ts'

/**
 * NNM + GM as published: every row becomes the mean of its nearest rows, then the geometric median of those. No scaling of norms.
 *
 * Paper: Allouah, Farhadkhani, Guerraoui, Gupta, Pinot, Stephan 2023, "Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity".
 * Breakdown: F < 1/2.
 * Stake: neighbours hold 1 − F of the stake, the last in part; the median weighs by stake / distance.
 */
export const unscaledNnmGm = gramRule(
  {
    name: 'unscaled-nnm-gm',
    paper: 'Allouah et al. 2023, Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity',
    breakdown: 'F < 1/2',
    weighting: 'neighbours hold 1 − F of the stake, the last in part; median by stake / distance',
    publicRow: 'none',
    translates: true,
    splits: true,
    unsafe: honestMajority,
  },
  (given) => ({ raw: mixedMedian(distanceKernel(given.gram), given) }),
)
