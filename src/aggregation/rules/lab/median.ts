import { coordinateRule } from './coordinate-rule.ts'
import type { Combiner, CombinerInput } from './coordinate-rule.ts'
import { labKernels } from './lab-kernels.ts'
import { sortRows } from './sorted-rows.ts'
import { honestMajority } from './theory.ts'

/**
 * Weighted coordinate-wise median: half-way between the lower and the upper one.
 *
 * Paper: Yin, Chen, Kannan, Bartlett 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates".
 * Breakdown: F < 1/2.
 * Stake: the value where half of the stake lies on either side.
 */
export const median = coordinateRule(
  {
    name: 'median',
    paper: 'Yin et al. 2018, Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates',
    breakdown: 'F < 1/2',
    weighting: 'half of the stake on either side',
    publicRow: 'none',
    translates: true,
    splits: true,
    unsafe: honestMajority,
  },
  halving,
)

function halving({ stakes, ranks, fraction }: CombinerInput): Combiner {
  const total = stakes.reduce((a, b) => a + b, 0)
  const order = Int32Array.from(stakes.keys())
  const half = 32_768 / fraction
  return {
    combine(values, kept) {
      sortRows(order, values, ranks)
      let below = 0
      let low: number | undefined
      let high: number | undefined
      for (const row of order) {
        below += stakes[row]!
        if (stakes[row] === 0) continue
        if (low === undefined && 2 * below >= total) low = values[row]!
        if (2 * below > total) {
          high = values[row]!
          break
        }
      }
      for (let row = 0; row < stakes.length; row++) if (values[row] === low || values[row] === high) kept[row]! += stakes[row]!
      return Math.floor((low! + high!) * half)
    },
    combineRows: (rows, sum, kept) => labKernels().median(rows, stakes, sum, kept),
  }
}
