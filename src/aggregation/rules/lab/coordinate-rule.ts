import { CHUNK, SEGMENT, Verdict, WEIGHT_ONE } from '../../../protocol/types.ts'
import { contentRanks, isqrt, largestRemainder, sum } from '../integer-math.ts'
import { memberGram } from '../member-gram.ts'
import { smoothPositive } from '../score.ts'
import type { GramCase, LabInput, LabRule } from './lab-rule.ts'
import { presentRows, spread } from './present-rows.ts'
import { smallStakes } from './small-stakes.ts'

const TILE = 128 * SEGMENT

type CombineRows<Row> = (rows: readonly Row[], sum: Int32Array, kept: Float64Array) => void

/** Works one coordinate after the other. */
export interface Combiner {
  /**
   * S of one coordinate in 1/65536.
   *
   * @param values of every row there, in 1/`fraction`
   * @param kept adds how much of each row's stake went in; same scale at every coordinate
   */
  combine(values: Int32Array, kept: Float64Array): number
  /** The same for all coordinates of int8 rows in whole chunks at once, where there is a kernel for it. */
  combineRows?: CombineRows<Int8Array>
  /** The same for mixed rows. */
  combineMixed?: CombineRows<Int32Array>
}

export interface CombinerInput {
  /** Together at most 65536. */
  stakes: readonly number[]
  /** Order of rows of one value. */
  ranks: readonly number[]
  byzantineBps: number
  /** Values come in 1/fraction. */
  fraction: 1 | 65_536
}

/** What the rows look like before they are combined. */
export interface MixedRows {
  /** One row per member, int8 or int32. */
  rows: readonly (Int8Array | Int32Array)[]
  /** Values are in 1/65536 (mixed rows) or whole (updates). */
  fraction: 1 | 65_536
  /** φ_ij in 1/65536: how much of update j is in row i; left out when row i is update i. */
  mix?: readonly (readonly number[])[]
}

/**
 * A lab rule from its work at one coordinate. β is the share of each update in the kept values, over all coordinates;
 * scores are stake × smoothed max(0, cos(u_i, S)) against the exact S.
 */
export function coordinateRule(
  about: Omit<LabRule, 'kind' | 'decide' | 'provable'>,
  combiner: (input: CombinerInput) => Combiner,
  mixRows: (given: Omit<GramCase, 'whole' | 'hasReference'>, updates: readonly Int8Array[]) => MixedRows = (_, updates) => ({
    rows: updates,
    fraction: 1,
  }),
): LabRule {
  return {
    ...about,
    kind: 'coordinates',
    provable: false,
    decide(all) {
      const { input, from } = presentRows(all)
      const n = all.stakes.length
      if (input.stakes.length === 0) return nothing(all)
      const { stakes, updates, spec } = input
      const ranks = contentRanks(input.tieBreak)
      const given = {
        gram: memberGram(input.gram, stakes.length),
        stakes: [...stakes],
        ranks,
        tieBreak: [...input.tieBreak],
        spec,
      }
      const { rows, fraction, mix } = mixRows(given, updates)
      const at = combiner({ stakes: smallStakes(stakes, ranks), ranks, byzantineBps: spec.byzantineBps, fraction })
      const { sum, kept } = overCoordinates(rows, at)
      const raw = mix ? stakes.map((_, j) => kept.reduce((total, value, i) => total + value * BigInt(mix[i]![j]!), 0n)) : kept
      const weights = spread(largestRemainder(raw, ranks), from, n, 0)
      const scores = spread(scoresAgainst(sum, updates, stakes, given.gram), from, n, 0n)
      return { weights, scores, verdicts: verdictsOf(all.stakes, weights), trace: [], sum }
    },
  }
}

function overCoordinates(rows: MixedRows['rows'], combiner: Combiner): { sum: Int32Array; kept: bigint[] } {
  const length = rows[0]!.length
  const { combineRows, combineMixed } = combiner
  if (length % CHUNK === 0) {
    if (combineRows && rows.every((row) => row instanceof Int8Array)) return overTiles(rows, combineRows)
    if (combineMixed && rows.every((row) => row instanceof Int32Array)) return overTiles(rows, combineMixed)
  }
  const result = new Int32Array(length)
  const kept = rows.map(() => 0n)
  const values = new Int32Array(rows.length)
  for (let from = 0; from < length; from += SEGMENT) {
    // Kept stake is below 2^30 a coordinate, 2^43 a segment: exact in float64.
    const part = new Float64Array(rows.length)
    for (let k = from; k < Math.min(length, from + SEGMENT); k++) {
      for (let i = 0; i < rows.length; i++) values[i] = rows[i]![k]!
      result[k] = combiner.combine(values, part)
    }
    part.forEach((value, i) => (kept[i]! += BigInt(value)))
  }
  return { sum: result, kept }
}

/** Tiles of 128 segments: kept stake is below 2^43 a segment, so it stays exact in float64. */
function overTiles<Row extends Int8Array | Int32Array>(
  rows: readonly Row[],
  combineRows: CombineRows<Row>,
): { sum: Int32Array; kept: bigint[] } {
  const sum = new Int32Array(rows[0]!.length)
  const kept = rows.map(() => 0n)
  for (let from = 0; from < sum.length; from += TILE) {
    const part = new Float64Array(rows.length)
    combineRows(
      rows.map((row) => row.subarray(from, from + TILE) as Row),
      sum.subarray(from, from + TILE),
      part,
    )
    part.forEach((value, i) => (kept[i]! += BigInt(value)))
  }
  return { sum, kept }
}

/** stake × smoothed max(0, cos(u_i, S)), exact: a segment of ⟨u_i, S⟩ is below 2^13 · 2^7 · 2^23. */
function scoresAgainst(
  sum: Int32Array,
  updates: readonly Int8Array[],
  stakes: readonly bigint[],
  gram: readonly (readonly bigint[])[],
): bigint[] {
  const square = exactProduct(sum, sum)
  return updates.map((update, i) => {
    const root = isqrt(gram[i]![i]! * square)
    const cosine = root === 0n ? 0n : (exactProduct(update, sum) << 16n) / root
    return stakes[i]! * smoothPositive(cosine)
  })
}

function exactProduct(a: Int8Array | Int32Array, b: Int32Array): bigint {
  let total = 0n
  // |a b| < 2^46 for two sums, so 64 of them stay below 2^52; for an update and a sum it is 2^30, and a segment of them 2^43.
  const block = a instanceof Int8Array ? SEGMENT : 64
  for (let from = 0; from < a.length; from += block) {
    let part = 0
    for (let k = from; k < Math.min(a.length, from + block); k++) part += a[k]! * b[k]!
    total += BigInt(part)
  }
  return total
}

function verdictsOf(stakes: readonly bigint[], weights: readonly number[]): Verdict[] {
  const total = sum(stakes)
  return stakes.map((stake, i) =>
    BigInt(2 * weights[i]!) * total < BigInt(WEIGHT_ONE) * stake ? Verdict.downweighted : Verdict.accepted,
  )
}

function nothing({ stakes, updates }: LabInput): ReturnType<LabRule['decide']> {
  return {
    weights: stakes.map(() => 0),
    scores: stakes.map(() => 0n),
    verdicts: stakes.map(() => Verdict.accepted),
    trace: [],
    sum: new Int32Array(updates[0]?.length ?? 0),
  }
}
