import { compare, isqrt, sum } from '../integer-math.ts'
import { gramRule } from './gram-rule.ts'
import { mixedMedian } from './mixed-median.ts'
import { honestMajority } from './theory.ts'

const BPS = 10_000n

/**
 * ARC + NNM + GM: adaptive robust clipping from above, then mixing and median.
 *
 * Paper: Allouah, Guerraoui, Gupta, Jellouli, Rizk, Stephan 2025, "Adaptive Gradient Clipping for Robust Federated Learning" (ARC), on
 * top of Allouah et al. 2023.
 * Breakdown: F < 1/2.
 * Stake: the paper clips the k = 2 (f/n)(n − f) largest norms to the next one; here the rows above the threshold hold at most 2F(1 − F) of the stake.
 */
export const arcNnmGm = gramRule(
  {
    name: 'arc-nnm-gm',
    paper: 'Allouah et al. 2025, Adaptive Gradient Clipping for Robust Federated Learning',
    breakdown: 'F < 1/2',
    weighting: 'the longest 2F(1 − F) of the stake is clipped; then as NNM + GM',
    publicRow: 'none',
    translates: false,
    splits: true,
    unsafe: honestMajority,
  },
  (given) => {
    const { gram, stakes, spec } = given
    const scales = arcScales(
      gram.map((row, i) => isqrt(row[i]!)),
      stakes,
      spec.byzantineBps,
    )
    // |a| <= 2^16, so the scaled products stay below 2^44 · 2^16.
    const clipped = gram.map((row, i) => row.map((product, j) => (scales[i]! * scales[j]! * product) >> 16n))
    const raw = mixedMedian(clipped, given)
    return { raw: raw.map((value, i) => value * scales[i]!) }
  },
)

/** a_i = min(1, C / norm_i) in 1/65536; C is the smallest norm above which at most 2F(1 − F) of the stake lies. */
export function arcScales(norms: readonly bigint[], stakes: readonly bigint[], byzantineBps: number): bigint[] {
  const F = BigInt(byzantineBps)
  const room = 2n * F * (BPS - F) * sum(stakes)
  const order = norms.map((_, i) => i).sort((a, b) => compare(norms[b]!, norms[a]!))
  let above = 0n
  let threshold = 0n
  for (const i of order) {
    threshold = norms[i]!
    above += stakes[i]! * BPS * BPS
    if (above > room) break
  }
  return norms.map((norm) => (norm <= threshold ? 65_536n : (threshold << 16n) / norm))
}
