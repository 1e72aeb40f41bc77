import { dot, floorDiv, sum } from '../integer-math.ts'
import { fillNearest } from '../neighbour-mixing.ts'
import { gramRule } from './gram-rule.ts'
import { honestMajority } from './theory.ts'

const ONE = 1n << 60n
const STEPS = 24

/**
 * Divide and conquer: throw out the rows that stick out along the leading direction of the round's variance, average the rest.
 *
 * Paper: Shejwalkar, Houmansadr 2021, "Manipulating the Byzantine: Optimizing Model Poisoning Attacks and Defenses for Federated Learning".
 * Breakdown: F < 1/2 for attackers who share a direction; two groups of outliers at right angles can pass (the paper's random
 * subsets of coordinates do not change that, so G serves as well as they do).
 * Stake: mean and variance by stake, power iteration on the n x n centred Gram matrix, and exactly F of the stake goes, the last row in part.
 */
export const dnc = gramRule(
  {
    name: 'dnc',
    paper: 'Shejwalkar and Houmansadr 2021, Manipulating the Byzantine',
    breakdown: 'F < 1/2 for attackers along one direction',
    weighting: 'variance by stake; the outermost F of the stake goes, the last row in part',
    publicRow: 'none',
    translates: true,
    splits: true,
    unsafe: honestMajority,
  },
  ({ gram, stakes, ranks, spec }) => {
    const projections = leadingProjections(gram, stakes, ranks)
    const quota = (10_000n - BigInt(spec.byzantineBps)) * sum(stakes)
    const { fill } = fillNearest(
      projections.map((value) => value * value),
      stakes,
      quota,
      ranks,
    )
    return { raw: fill, rejected: fill.map((part) => part === 0n) }
  },
)

/** Where each row lies along the leading direction of Σ s_i (u_i − ū)(u_i − ū)ᵀ, in a common unit (largest 2^60). All 0 without variance. */
export function leadingProjections(
  gram: readonly (readonly bigint[])[],
  stakes: readonly bigint[],
  ranks: readonly number[],
): bigint[] {
  const centred = centre(gram, stakes)
  // The row farthest from the mean points roughly the right way; its twins point the same way.
  const far = centred.reduce(
    (best, row, i) =>
      row[i]! > centred[best]![best]! || (row[i] === centred[best]![best] && ranks[i]! < ranks[best]!) ? i : best,
    0,
  )
  let projections = unit(centred.map((row) => row[far]!))
  for (let step = 0; step < STEPS; step++) {
    const weighed = projections.map((value, i) => value * stakes[i]!)
    projections = unit(centred.map((row) => dot(row, weighed)))
  }
  return projections
}

/** ⟨u_i − ū, u_j − ū⟩ times (Σ s)², exact: moving every row by one vector changes no bit of it. */
function centre(gram: readonly (readonly bigint[])[], stakes: readonly bigint[]): bigint[][] {
  const total = sum(stakes)
  const products = gram.map((row) => dot(row, stakes))
  const square = dot(products, stakes)
  return gram.map((row, i) => row.map((product, j) => product * total * total - (products[i]! + products[j]!) * total + square))
}

function unit(values: readonly bigint[]): bigint[] {
  const largest = values.map((value) => (value < 0n ? -value : value)).reduce((a, b) => (a > b ? a : b), 0n)
  return largest === 0n ? values.map(() => 0n) : values.map((value) => floorDiv(value * ONE, largest))
}
