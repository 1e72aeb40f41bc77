import { dot } from '../integer-math.ts'
import { fillNearest } from '../neighbour-mixing.ts'
import { squaredDistances } from './distances.ts'
import { gramRule } from './gram-rule.ts'
import type { GramCase } from './lab-rule.ts'
import { krumCondition } from './theory.ts'

/**
 * Krum: the row whose nearest rows lie closest, and nothing else.
 *
 * Paper: Blanchard, El Mhamdi, Guerraoui, Stainer 2017, "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent".
 * Breakdown: n > 2f + 2, in stake (1 − 2F) Σs > 2 max s.
 * Stake: the score of a row is the stake-weighted sum of squared distances to its nearest rows that together hold 1 − F of the stake, the last in
 * part (the paper's n − f − 2 neighbours, with the row itself and its twins at distance 0). Ties by content hash.
 */
export const krum = gramRule(
  {
    name: 'krum',
    paper: 'Blanchard et al. 2017, Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent',
    breakdown: 'n > 2f + 2',
    weighting: 'neighbours hold 1 − F of the stake, the last in part; one row is taken whole',
    publicRow: 'none',
    translates: true,
    splits: true,
    unsafe: krumCondition,
  },
  (given) => {
    const scores = krumScores(given)
    const best = scores.reduce(
      (chosen, score, i) =>
        score < scores[chosen]! || (score === scores[chosen] && given.ranks[i]! < given.ranks[chosen]!) ? i : chosen,
      0,
    )
    return { raw: scores.map((_, i) => (i === best ? 1n : 0n)) }
  },
)

/** Σ_j fill_ij D_ij of each row; below 2^46 · 10^4 · 2^110. */
export function krumScores({ gram, stakes, ranks, spec }: Pick<GramCase, 'gram' | 'stakes' | 'ranks' | 'spec'>): bigint[] {
  const quota = (10_000n - BigInt(spec.byzantineBps)) * stakes.reduce((a, b) => a + b, 0n)
  return squaredDistances(gram).map((row) => dot(fillNearest(row, stakes, quota, ranks).fill, row))
}
