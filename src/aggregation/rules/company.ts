import { scoresNovelty } from '../../protocol/types.ts'
import { compare, dot, sum } from './integer-math.ts'
import { staying } from './left-out.ts'
import { residualGram } from './novelty.ts'
import type { RuleInput } from './rule.ts'

/** 1 with 32 fractional bits. */
const ONE = 1n << 32n
/** Squared cosines up to 16/d are chance: d · cos² of independent noise is above 16 in one of sixteen thousand cases. */
const CHANCE = 16n
/** A row has its whole pay with a sixteenth of the median company. */
const ENOUGH = 16n

/** What pay by novelty follows from, beside the stakes. */
export interface Novelty {
  /** G_ii. */
  squares: readonly bigint[]
  /** n x n, of `residualGram`. */
  residual: readonly (readonly bigint[])[]
  byzantineBps: number
  /** d. */
  coordinates: number
}

/** Of a task that scores novelty and has a public row; undefined else. */
export function noveltyOf({ gram, hasReference, spec, coordinates }: RuleInput): Novelty | undefined {
  if (!hasReference || !scoresNovelty(spec)) return undefined
  const squares = Array.from({ length: gram.size - 1 }, (_, i) => BigInt(gram.matrix[i * gram.size + i]!))
  return { squares, residual: residualGram(gram), byzantineBps: spec.byzantineBps, coordinates }
}

/**
 * How much the others' updates have to do with each row, beside the public row, when those are left out that have most to do with it:
 *
 *     x_ij = min(2^32, floor(2^32 R_ij² / (R_ii R_jj)))                          0 where R_ii R_jj = 0
 *     y_ij = max(0, x_ij − floor(2^36 / d)) (2^32 − x_ij)
 *     E_i  = floor(Σ_j l_ij y_ij · max(0, R_ii) / max(1, G_ii)),    l_ij: what is left of 10000 s_j, j ≠ i, without the F of all stake of largest y_ij
 *
 * A squared cosine counts agreement and disagreement alike: data that differ make updates that oppose each other, and noise neither. A row gets no company from its twins (x = 1),
 * and a coalition of F none from itself: whatever its rows are, `E_i ≤ Σ_j 10000 s_j y_ij` over the rows outside of it. A row that is mostly an old step has only the share that is not. Nor can it take company away beyond the
 * F of the stake that is left out anyway.
 *
 * Bound: before the division 10^4 · 2^117 · 2^62 · 2^45.
 *
 * @param residual n x n, of `residualGram`
 * @param stakes below 2^110 each
 */
export function companyOf({ squares, residual, byzantineBps, coordinates }: Novelty, stakes: readonly bigint[]): bigint[] {
  const chance = (CHANCE * ONE) / BigInt(coordinates)
  const out = sum(stakes) * BigInt(byzantineBps)
  return residual.map((row, i) => {
    const others = row
      .map((product, j) => ({ j, stake: stakes[j]!, said: confirmation(product, residual[i]![i]! * residual[j]![j]!, chance) }))
      .filter(({ j }) => j !== i)
      .sort((a, b) => compare(b.said, a.said))
    const stays = staying(
      others.map(({ stake }) => stake),
      out,
    )
    const confirmed = dot(
      stays,
      others.map(({ said }) => said),
    )
    const [fresh, whole] = [residual[i]![i]!, squares[i]!]
    return fresh > 0n ? (confirmed * fresh) / (whole > 0n ? whole : 1n) : 0n
  })
}

/** `y` of a pair of rows: squared cosine above chance, nothing for twins. */
function confirmation(product: bigint, squares: bigint, chance: bigint): bigint {
  // Floors can push a square below 0, or a cosine past 1.
  const wanted = squares > 0n ? (product * product * ONE) / squares : 0n
  const x = wanted < ONE ? wanted : ONE
  return x > chance ? (x - chance) * (ONE - x) : 0n
}

/**
 * Pay for each unit of stake in 1/65536: all of it for a row with a sixteenth of the median company or more, a part for one with less; all for everybody where the
 * median row has none. Nobody earns more for lying nearer to the centre, and nobody less for data unlike those of the others.
 */
export function payOf(company: bigint, median: bigint): bigint {
  const full = 1n << 16n
  const wanted = median > 0n ? (company * ENOUGH * full) / median : full
  return wanted < full ? wanted : full
}
