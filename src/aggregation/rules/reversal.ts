import { scoresNovelty } from '../../protocol/types.ts'
import { compare, dot, floorDiv, sum } from './integer-math.ts'
import { BPS, staying } from './left-out.ts'
import type { RuleInput } from './rule.ts'

/** 1 in 1/65536. */
const ONE = 1n << 16n

/** What a step that takes the last one back leaves of each row's weight. */
export interface Reversal {
  /** `p`: the share of each row that is not among the F of the stake that goes back most, in 1/65536. */
  stays: bigint[]
  /** `θ`: how much of the rest keeps its weight, in 1/65536. */
  factor: bigint
}

/** Inner products of the admitted rows with the public row ρ, the last step; undefined in a task without one that scores novelty. */
export function alongLastStep({ gram, hasReference, spec }: RuleInput): bigint[] | undefined {
  if (!hasReference || !scoresNovelty(spec)) return undefined
  const n = gram.size - 1
  return Array.from({ length: n }, (_, i) => BigInt(gram.matrix[n * gram.size + i]!))
}

/**
 * A step takes the last one back only as far as it would if the F of the stake that goes back most went no further than the next row. The rows that are not rejected, in ascending
 * order of `g_i = ⟨u_i, ρ⟩`, ties by content, give
 *
 *     k_i = what is left of 10000 s_i when the first rows lose F of all stake,      p_i = floor(2^16 k_i / (10000 s_i))      (2^16 where s_i = 0)
 *     b   = g_i of the first row with k_i > 0
 *     m   = min(0, floor((Σ k_i g_i + b Σ (10000 s_i − k_i)) / Σ 10000 s_i))        as far back as the step may go
 *     num = Σ w_i p_i (g_i − m),    den = Σ w_i (2^16 − p_i) (m − g_i)
 *     θ   = 2^16  if no weight stays or den ≤ 0,   else floor(2^16 clamp(num / den, 0, 1))
 *
 * With the weights `w_i (p_i 2^16 + (2^16 − p_i) θ)` the sum lies along ρ at m, or where it did if it goes back less. Whoever holds F of the stake turns the last step around no more
 * than the other row that goes back most would with that stake, and the step loses at most the weight of F of the stake (docs/robustness.md §4.15; `m` is a one-sided Winsorised mean,
 * Tukey 1962).
 *
 * Bound: |g| < 2^44, w ≤ 2^16: sums over rows stay below 2^85, sums over stakes below 2^168.
 *
 * @param along `g`, of `alongLastStep`
 * @param stakes below 2^110 each, not all 0
 * @param weights `w`: shares of 65536 without the rejected rows
 * @param ranks of content, which break ties
 * @example const { stays, factor } = holdReversal(along, stakes, rejected, weights, spec.byzantineBps, ranks)
 */
export function holdReversal(
  along: readonly bigint[],
  stakes: readonly bigint[],
  rejected: readonly boolean[],
  weights: readonly number[],
  byzantineBps: number,
  ranks: readonly number[],
): Reversal {
  const order = along
    .map((_, i) => i)
    .filter((i) => !rejected[i])
    .sort((a, b) => compare(along[a]!, along[b]!) || ranks[a]! - ranks[b]!)
  const parts = staying(
    order.map((i) => stakes[i]!),
    sum(stakes) * BigInt(byzantineBps),
  )
  const kept = stakes.map(() => 0n)
  order.forEach((i, place) => (kept[i] = parts[place]!))
  const stays = stakes.map((stake, i) => (rejected[i] ? 0n : stake > 0n ? (kept[i]! * ONE) / (stake * BPS) : ONE))

  const back = furthestBack(along, order, kept, BPS * sum(order.map((i) => stakes[i]!)))
  const staysWith = weights.map((weight, i) => BigInt(weight) * stays[i]!)
  const goesWith = weights.map((weight, i) => BigInt(weight) * (ONE - stays[i]!))
  const room = sum(staysWith.map((weight, i) => weight * (along[i]! - back)))
  const excess = sum(goesWith.map((weight, i) => weight * (back - along[i]!)))
  return { stays, factor: factorOf(sum(staysWith), room, excess) }
}

/** `m`: the mean along the last step if what is lost stood where the first of the rest stands; 0 if that is ahead. */
function furthestBack(along: readonly bigint[], order: readonly number[], kept: readonly bigint[], whole: bigint): bigint {
  const border = order.find((i) => kept[i]! > 0n)
  if (border === undefined) return 0n
  const mean = floorDiv(dot(kept, along) + (whole - sum(kept)) * along[border]!, whole)
  return mean < 0n ? mean : 0n
}

function factorOf(weight: bigint, room: bigint, excess: bigint): bigint {
  if (weight === 0n || excess <= 0n || room >= excess) return ONE
  return room > 0n ? (room * ONE) / excess : 0n
}

/** Weights after `holdReversal`, in 1/65536 of 1/65536 of a share; their sum is not all of it. */
export function weightsHeld(weights: readonly number[], { stays, factor }: Reversal): bigint[] {
  return weights.map((weight, i) => BigInt(weight) * (stays[i]! * ONE + (ONE - stays[i]!) * factor))
}
