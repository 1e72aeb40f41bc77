import { MAX_MEMBERS } from '../../protocol/types.ts'

/** Most rows a kernel takes: the members of a round and the reference row, rounded up to whole blocks of four. */
export const MAX_ROWS = MAX_MEMBERS + 4

/**
 * The integer arithmetic that touches every coordinate. Two implementations give the same integers for every input within the
 * stated bounds: `createWasmKernels()` (SIMD) and `twinKernels` (plain loops).
 */
export interface Kernels {
  readonly name: string
  /**
   * Inner products of int8 rows, pair `(i, j)`, `j <= i`, at `i (i + 1) / 2 + j`.
   *
   * @param rows at most 132 rows of one length, a multiple of 256 and at most 8192; no value is -128
   * @param out room for `m (m + 1) / 2` sums; |sum| <= 8192 * 127^2 < 2^27
   */
  gramSegment(rows: readonly Int8Array[], out: Int32Array): void
  /**
   * `S_k = sum beta_i q_ik` (docs/protocol.md §6), |S| < 2^23.
   *
   * @param rows at most 132 rows as long as `out`, a multiple of 256; no value is -128
   * @param betas one weight a row, 0…65536, together at most 65536
   */
  weightedSum(rows: readonly Int8Array[], betas: readonly number[], out: Int32Array): void
  /**
   * `w <- sat32(w + floorHalfUp(S * eta / 2^shift))`, in place.
   *
   * @param sums as long as `model`, |S| < 2^23
   * @param eta 0 … 2^24 - 1
   * @param shift 0 … 62
   */
  step(model: Int32Array, sums: Int32Array, eta: number, shift: number): void
  /**
   * `r <- sat127(floorHalfUp((decay * r * 2^16 + (256 - decay) * S * 2^gain) / 2^24))`, in place.
   *
   * @param decay 0 … 256
   * @param gain 0 … 6
   */
  referenceStep(reference: Int8Array, sums: Int32Array, decay: number, gain: number): void
  /**
   * Weighted trimmed mean by coordinate, in 1/65536, rounded down: of the stake in order of value `byzantineBps` goes at either end, rows at the
   * border in part; equal values in order of the rows.
   *
   * @param rows at most 128 rows as long as `out`, a multiple of 256; no value is -128
   * @param stakes one a row, whole numbers, together 1…65536
   * @param byzantineBps 0…4999
   * @param kept one a row: adds stake · 10^4 for each coordinate where the row was kept
   */
  trimmedMean(
    rows: readonly Int8Array[],
    stakes: readonly number[],
    byzantineBps: number,
    out: Int32Array,
    kept: Float64Array,
  ): void
  /**
   * The same for rows that are in 1/65536 already, such as means of int8 rows: |value| at most 127 · 65536.
   */
  trimmedMixed(
    rows: readonly Int32Array[],
    stakes: readonly number[],
    byzantineBps: number,
    out: Int32Array,
    kept: Float64Array,
  ): void
  /**
   * Weighted median by coordinate, in 1/65536: half-way between the least value with half of the stake at or below it and the least with more than half.
   *
   * @param rows at most 128 rows as long as `out`, a multiple of 256; no value is -128
   * @param stakes one a row, whole numbers, together 1…65536
   * @param kept one a row: adds its stake for each coordinate where the row has one of the two values
   */
  median(rows: readonly Int8Array[], stakes: readonly number[], out: Int32Array, kept: Float64Array): void
  /** `⟨q, q⟩`, exact. Any length that is a multiple of 16, at most 2^30. */
  normSquared(row: Int8Array): number
  /** True when a value is -128, which no update may hold. Any length that is a multiple of 16. */
  hasInvalidValue(row: Int8Array): boolean
}
