import { compare, dot, floorDiv, sum } from './integer-math.ts'

/** Fractions of stake are counted in basis points of a unit, so that (1 − F) of it is a whole number. */
const BPS = 10_000n

/**
 * The rows of a mixed row: bit j of `whole` stands for the whole row j, `part` for the share of row `border` (n with
 * share 0 if no row is split).
 */
export interface Taken {
  whole: bigint
  border: number
  part: bigint
}

export interface Mixed {
  /** Q = (10000 − F) Σ share: what each row of `fill` sums to. */
  quota: bigint
  /** fill_ij: how much of the share of j (times 10000) goes into mixed row i. */
  fill: bigint[][]
  /** The same in short, for the trace. */
  taken: Taken[]
  /** P_ij = ⟨mixed row i, row j⟩ = floor(Σ_k fill_ik H_kj / Q). */
  once: bigint[][]
  /** K_ij = ⟨mixed row i, mixed row j⟩ = floor(Σ_l P_il fill_jl / Q). */
  twice: bigint[][]
}

/**
 * Nearest-neighbour mixing (Allouah et al. 2023, "Fixing by mixing") by stake: every row becomes the mean of its
 * nearest rows that together hold 1 − F of the stake, the last one only in part. A split bond therefore fills the same
 * share as the whole bond.
 *
 * @param gram n x n inner products H, |H| < 2^61
 * @param shares weight of each row, together below 2^126
 * @param ranks order of rows at equal distance
 */
export function mixNeighbours(
  gram: readonly (readonly bigint[])[],
  shares: readonly bigint[],
  byzantineBps: number,
  ranks: readonly number[],
): Mixed {
  const quota = (BPS - BigInt(byzantineBps)) * sum(shares)
  const taken: Taken[] = []
  const fill = gram.map((row, i) => {
    // D_ij, of which H_ii is common to the row: order by H_jj − 2 H_ij.
    const key = row.map((product, j) => gram[j]![j]! - 2n * product)
    // D_ij = max(0, …): all that floors pushed below zero are as near as the row itself.
    const own = key[i]!
    const order = key.map((value) => (value < own ? own : value))
    const nearest = fillNearest(order, shares, quota, ranks)
    taken.push(nearest.taken)
    return nearest.fill
  })
  // Both products are rows of sums: 2 n³ multiplications of at most 190 by 61 bits, sums below 2^212.
  const once = fill.map((weights) => gram.map((column) => floorDiv(dot(weights, column), quota)))
  const twice = once.map((row) => fill.map((weights) => floorDiv(dot(row, weights), quota)))
  return { quota, fill, taken, once, twice }
}

/**
 * Takes rows in ascending `distances` (ties by `ranks`), 10000 times their share of each, until `quota` is full; the last one in part.
 *
 * @param quota at most 10000 Σ shares
 */
export function fillNearest(
  distances: readonly bigint[],
  shares: readonly bigint[],
  quota: bigint,
  ranks: readonly number[],
): { fill: bigint[]; taken: Taken } {
  const order = distances.map((_, j) => j).sort((a, b) => compare(distances[a]!, distances[b]!) || ranks[a]! - ranks[b]!)
  const fill = shares.map(() => 0n)
  const taken: Taken = { whole: 0n, border: shares.length, part: 0n }
  let left = quota
  for (const j of order) {
    const whole = shares[j]! * BPS
    if (whole <= left) {
      fill[j] = whole
      taken.whole |= 1n << BigInt(j)
    } else {
      fill[j] = taken.part = left
      taken.border = j
    }
    left -= fill[j]
    if (left === 0n) break
  }
  return { fill, taken }
}
