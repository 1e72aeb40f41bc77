import { dot, floorDiv, isqrt, sum, weightedLowerMedian } from '../integer-math.ts'
import { distanceKernel } from './distances.ts'
import { gramRule } from './gram-rule.ts'
import { atMost } from './theory.ts'

/** Weights of the centre, 1/2^64. */
const ONE = 1n << 64n
/** The paper finds one step enough from a good start; three settle the centre. */
const STEPS = 3

/**
 * Centred clipping: from a robust start, move by the stake-weighted mean of differences clipped to a radius.
 *
 * Paper: Karimireddy, He, Jaggi 2021, "Learning from History for Byzantine Robust Optimization".
 * Breakdown: proved up to F = 1/10.
 * Stake: v ← v + Σ s_i (u_i − v) min(1, τ / ‖u_i − v‖) / Σ s. The paper starts at the last aggregate; so that S stays a convex combination of
 * this round's rows it starts at the stake-weighted medoid (ties by content), and τ is the stake-median distance from it.
 */
export const centredClipping = gramRule(
  {
    name: 'centred-clipping',
    paper: 'Karimireddy et al. 2021, Learning from History for Byzantine Robust Optimization',
    breakdown: 'F ≤ 1/10',
    weighting: 'steps by stake, radius of the stake-median distance to the medoid',
    publicRow: 'none',
    translates: true,
    splits: true,
    unsafe: atMost(1000, 'centred clipping'),
  },
  ({ gram, stakes, ranks }) => {
    const kernel = distanceKernel(gram)
    const total = sum(stakes)
    // Distances with 8 fractional bits: the kernel has 16.
    const apart = kernel.map((row) => row.map((value) => isqrt(-2n * value)))
    const spreads = apart.map((row) => dot(row, stakes))
    const medoid = spreads.reduce(
      (best, value, i) => (value < spreads[best]! || (value === spreads[best] && ranks[i]! < ranks[best]!) ? i : best),
      0,
    )
    const radius = weightedLowerMedian(apart[medoid]!, stakes)
    let centre = stakes.map((_, i) => (i === medoid ? ONE : 0n))
    for (let step = 0; step < STEPS; step++) {
      const products = kernel.map((row) => floorDiv(dot(row, centre), ONE))
      const square = floorDiv(dot(products, centre), ONE)
      const shares = stakes.map((stake, i) => {
        const squared = square - 2n * products[i]!
        const distance = squared > 0n ? isqrt(squared) : 0n
        return (stake * (distance <= radius ? ONE : (ONE * radius) / distance)) / total
      })
      const rest = ONE - sum(shares)
      centre = centre.map((weight, i) => (weight * rest) / ONE + shares[i]!)
    }
    return { raw: centre }
  },
)
