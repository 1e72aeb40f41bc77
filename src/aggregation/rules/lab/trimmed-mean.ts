import { coordinateRule } from './coordinate-rule.ts'
import type { Combiner, CombinerInput } from './coordinate-rule.ts'
import { labKernels } from './lab-kernels.ts'
import { sortRows } from './sorted-rows.ts'
import { honestMajority } from './theory.ts'

const BPS = 10_000

/**
 * Weighted trimmed mean: at each coordinate, F of the stake goes at either end, the rest is averaged.
 *
 * Paper: Yin, Chen, Kannan, Bartlett 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates".
 * Breakdown: F < 1/2.
 * Stake: the row at the border is trimmed in part, so a split bond loses what the whole one did.
 */
export const trimmedMean = coordinateRule(
  {
    name: 'trimmed-mean',
    paper: 'Yin et al. 2018, Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates',
    breakdown: 'F < 1/2',
    weighting: 'F of the stake goes at either end, the border row in part; mean by stake of the rest',
    publicRow: 'none',
    translates: true,
    splits: true,
    unsafe: honestMajority,
  },
  trimming,
)

/**
 * Bound: stakes below 2^16 together, times 10^4 below 2^29.3. Whole values (2^7) times 2^16, or values in 1/65536 (2^23), keep the sum below
 * 2^52.3: exact in float64, and so is its floor after the division.
 */
export function trimming({ stakes, ranks, byzantineBps, fraction }: CombinerInput): Combiner {
  const total = stakes.reduce((a, b) => a + b, 0)
  const trim = total * byzantineBps
  const left = total * (BPS - 2 * byzantineBps)
  const order = Int32Array.from(stakes.keys())
  const lift = 65_536 / fraction
  const byRank = [...stakes.keys()].sort((a, b) => ranks[a]! - ranks[b]!)
  const pick = <T>(items: readonly T[]): T[] => byRank.map((i) => items[i]!)
  /** Has a kernel, which settles ties by the order of its rows, work on the rows by rank. */
  const inOrder = <Row>(
    rows: readonly Row[],
    kept: Float64Array,
    kernel: (ordered: readonly Row[], part: Float64Array) => void,
  ): void => {
    const part = new Float64Array(rows.length)
    kernel(pick(rows), part)
    byRank.forEach((i, at) => (kept[i]! += part[at]!))
  }
  return {
    combine(values, kept) {
      sortRows(order, values, ranks)
      let below = 0
      let sum = 0
      for (const row of order) {
        const above = below + stakes[row]! * BPS
        // The part of this row that lies between the two cuts.
        const part = Math.min(above, trim + left) - Math.max(below, trim)
        if (part > 0) {
          sum += part * values[row]!
          kept[row]! += part
        }
        below = above
      }
      return Math.floor((sum * lift) / left)
    },
    combineRows: (rows, sum, kept) =>
      inOrder(rows, kept, (ordered, part) => labKernels().trimmedMean(ordered, pick(stakes), byzantineBps, sum, part)),
    combineMixed: (rows, sum, kept) =>
      inOrder(rows, kept, (ordered, part) => labKernels().trimmedMixed(ordered, pick(stakes), byzantineBps, sum, part)),
  }
}
