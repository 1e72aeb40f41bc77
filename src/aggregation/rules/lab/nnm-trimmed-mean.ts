import { CHUNK } from '../../../protocol/types.ts'
import { largestRemainder } from '../integer-math.ts'
import { mixNeighbours } from '../neighbour-mixing.ts'
import { coordinateRule } from './coordinate-rule.ts'
import { distanceKernel } from './distances.ts'
import { labKernels } from './lab-kernels.ts'
import { honestMajority } from './theory.ts'
import { trimming } from './trimmed-mean.ts'

/**
 * NNM + trimmed mean: every row becomes the mean of its nearest rows, then the trimmed mean of those by coordinate.
 *
 * Paper: Allouah et al. 2023, "Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity".
 * Breakdown: F < 1/2.
 * Stake: neighbours hold 1 − F of the stake, the last in part, rounded to 1/65536; trimming by stake.
 */
export const nnmTrimmedMean = coordinateRule(
  {
    name: 'nnm-trimmed-mean',
    paper: 'Allouah et al. 2023, Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity',
    breakdown: 'F < 1/2',
    weighting: 'neighbours hold 1 − F of the stake, the last in part; F of the stake trimmed at either end',
    publicRow: 'none',
    translates: true,
    splits: true,
    unsafe: honestMajority,
  },
  trimming,
  ({ gram, stakes, ranks, spec }, updates) => {
    const { fill } = mixNeighbours(distanceKernel(gram), stakes, spec.byzantineBps, ranks)
    const mix = fill.map((row) => largestRemainder(row, ranks))
    return { mix, fraction: 65_536, rows: mix.map((weights) => weightedRows(updates, weights)) }
  },
)

/** Σ_j φ_j u_j, |value| <= 127 · 65536. */
function weightedRows(updates: readonly Int8Array[], weights: readonly number[]): Int32Array {
  const sum = new Int32Array(updates[0]!.length)
  if (sum.length % CHUNK === 0) {
    const near = weights.flatMap((weight, j) => (weight > 0 ? [j] : []))
    const pick = <T>(items: readonly T[]): T[] => near.map((j) => items[j]!)
    labKernels().weightedSum(pick(updates), pick(weights), sum)
    return sum
  }
  updates.forEach((update, j) => {
    const weight = weights[j]!
    if (weight === 0) return
    for (let k = 0; k < sum.length; k++) sum[k]! += weight * update[k]!
  })
  return sum
}
