import { fillNearest } from '../neighbour-mixing.ts'
import { gramRule } from './gram-rule.ts'
import { krumScores } from './krum.ts'
import { krumCondition } from './theory.ts'

/**
 * Multi-Krum: the mean of the rows with the best Krum scores.
 *
 * Paper: Blanchard et al. 2017, section 4 (m = n − f).
 * Breakdown: n > 2f + 2, in stake (1 − 2F) Σs > 2 max s.
 * Stake: rows in ascending Krum score until 1 − F of the stake is taken, the last in part; those left out as a whole are rejected.
 */
export const multiKrum = gramRule(
  {
    name: 'multi-krum',
    paper: 'Blanchard et al. 2017, Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent, section 4',
    breakdown: 'n > 2f + 2',
    weighting: 'mean by stake over the best 1 − F of the stake, the last row in part',
    publicRow: 'none',
    translates: true,
    splits: true,
    unsafe: krumCondition,
  },
  (given) => {
    const { stakes, ranks, spec } = given
    const quota = (10_000n - BigInt(spec.byzantineBps)) * stakes.reduce((a, b) => a + b, 0n)
    const { fill } = fillNearest(krumScores(given), stakes, quota, ranks)
    return { raw: fill, rejected: fill.map((part) => part === 0n) }
  },
)
