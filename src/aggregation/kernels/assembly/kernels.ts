// AssemblyScript, compiled to WASM SIMD by scripts/kernels.mjs. The caller (../wasm-kernels.ts) owns the memory layout.

export { median } from './median'
export { trimmedMean } from './trimmed-mean'
export { trimmedMixed } from './trimmed-mixed'

/** Bytes between two rows in linear memory: one segment. */
const STRIDE: usize = 8192
/** Coordinates worked on at a time, so that the rows of two blocks stay in the first-level cache. */
const TILE: usize = 2048

function sum(v: v128): i32 {
  const half = i32x4.add(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  return i32x4.extract_lane(half, 0) + i32x4.extract_lane(half, 1)
}

function accumulate(cell: usize, v: v128): void {
  store<i32>(cell, load<i32>(cell) + sum(v))
}

function mac(acc: v128, a: v128, b: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(a, b))
}

/** A 4 x 4 block of inner products over `length` coordinates (a multiple of 8), added to `out`. */
function block(a: usize, b: usize, length: usize, out: usize, width: usize): void {
  let c00 = i32x4.splat(0),
    c01 = c00,
    c02 = c00,
    c03 = c00
  let c10 = c00,
    c11 = c00,
    c12 = c00,
    c13 = c00
  let c20 = c00,
    c21 = c00,
    c22 = c00,
    c23 = c00
  let c30 = c00,
    c31 = c00,
    c32 = c00,
    c33 = c00
  const end = a + length
  while (a < end) {
    const b0 = v128.load8x8_s(b),
      b1 = v128.load8x8_s(b, STRIDE),
      b2 = v128.load8x8_s(b, 2 * STRIDE),
      b3 = v128.load8x8_s(b, 3 * STRIDE)
    let x = v128.load8x8_s(a)
    c00 = mac(c00, x, b0)
    c01 = mac(c01, x, b1)
    c02 = mac(c02, x, b2)
    c03 = mac(c03, x, b3)
    x = v128.load8x8_s(a, STRIDE)
    c10 = mac(c10, x, b0)
    c11 = mac(c11, x, b1)
    c12 = mac(c12, x, b2)
    c13 = mac(c13, x, b3)
    x = v128.load8x8_s(a, 2 * STRIDE)
    c20 = mac(c20, x, b0)
    c21 = mac(c21, x, b1)
    c22 = mac(c22, x, b2)
    c23 = mac(c23, x, b3)
    x = v128.load8x8_s(a, 3 * STRIDE)
    c30 = mac(c30, x, b0)
    c31 = mac(c31, x, b1)
    c32 = mac(c32, x, b2)
    c33 = mac(c33, x, b3)
    a += 8
    b += 8
  }
  accumulate(out, c00)
  accumulate(out + 4, c01)
  accumulate(out + 8, c02)
  accumulate(out + 12, c03)
  out += width
  accumulate(out, c10)
  accumulate(out + 4, c11)
  accumulate(out + 8, c12)
  accumulate(out + 12, c13)
  out += width
  accumulate(out, c20)
  accumulate(out + 4, c21)
  accumulate(out + 8, c22)
  accumulate(out + 12, c23)
  out += width
  accumulate(out, c30)
  accumulate(out + 4, c31)
  accumulate(out + 8, c32)
  accumulate(out + 12, c33)
}

/**
 * Inner products of int8 rows for all pairs of 4 x 4 blocks on or below the diagonal.
 * `size` is a multiple of 4, `length` of 8 and at most 8192: |sum| <= 8192 * 127^2 < 2^27 fits an i32 with room to spare.
 * `out` is a size x size matrix of i32; cells above the diagonal blocks are zero.
 */
export function gram(rows: usize, size: i32, length: i32, out: usize): void {
  const width = <usize>size * 4
  memory.fill(out, 0, <usize>size * width)
  for (let from: usize = 0; from < <usize>length; from += TILE) {
    const tile = min(TILE, <usize>length - from)
    for (let i = 0; i < size; i += 4) {
      for (let j = 0; j <= i; j += 4) {
        block(
          rows + <usize>i * STRIDE + from,
          rows + <usize>j * STRIDE + from,
          tile,
          out + <usize>i * width + <usize>j * 4,
          width,
        )
      }
    }
  }
}

/**
 * S_k = sum of beta_i q_ik for `length` (a multiple of 16, at most 8192) coordinates of `count` rows.
 * beta: i32[count], 0…65536 with sum 65536, so |S| <= 127 * 2^16 < 2^23.
 */
export function weightedSum(rows: usize, betas: usize, count: i32, length: i32, out: usize): void {
  for (let k: usize = 0; k < <usize>length; k += 16) {
    let s0 = i32x4.splat(0),
      s1 = s0,
      s2 = s0,
      s3 = s0
    let row = rows + k
    for (let i = 0; i < count; i++) {
      const beta = i32x4.splat(load<i32>(betas + ((<usize>i) << 2)))
      const low = v128.load8x8_s(row),
        high = v128.load8x8_s(row, 8)
      s0 = i32x4.add(s0, i32x4.mul(beta, i32x4.extend_low_i16x8_s(low)))
      s1 = i32x4.add(s1, i32x4.mul(beta, i32x4.extend_high_i16x8_s(low)))
      s2 = i32x4.add(s2, i32x4.mul(beta, i32x4.extend_low_i16x8_s(high)))
      s3 = i32x4.add(s3, i32x4.mul(beta, i32x4.extend_high_i16x8_s(high)))
      row += STRIDE
    }
    const cell = out + (k << 2)
    v128.store(cell, s0)
    v128.store(cell, s1, 16)
    v128.store(cell, s2, 32)
    v128.store(cell, s3, 48)
  }
}

/** w <- sat32(w + floorHalfUp(S * eta / 2^shift)), in place. eta < 2^24, |S| < 2^23, shift <= 62: |S eta + half| < 2^47 + 2^61 < 2^63. */
export function step(model: usize, sums: usize, eta: i32, shift: i32, length: i32): void {
  const half: i64 = shift == 0 ? 0 : (<i64>1) << (<i64>(shift - 1))
  const end = model + ((<usize>length) << 2)
  while (model < end) {
    const moved = <i64>load<i32>(model) + ((<i64>load<i32>(sums) * <i64>eta + half) >> <i64>shift)
    store<i32>(model, <i32>max<i64>(i32.MIN_VALUE, min<i64>(i32.MAX_VALUE, moved)))
    model += 4
    sums += 4
  }
}

/** r <- sat127(floorHalfUp((decay r 2^16 + (256 - decay) S 2^gain) / 2^24)), in place; every term is below 2^38. */
export function referenceStep(reference: usize, sums: usize, decay: i32, gain: i32, length: i32): void {
  const keep = (<i64>decay) << 16
  const fresh = (<i64>(256 - decay)) << (<i64>gain)
  const end = reference + <usize>length
  while (reference < end) {
    const moved = (<i64>load<i8>(reference) * keep + <i64>load<i32>(sums) * fresh + ((<i64>1) << 23)) >> 24
    store<i8>(reference, <i8>max<i64>(-127, min<i64>(127, moved)))
    reference += 1
    sums += 4
  }
}

/** 1 when one of `length` (a multiple of 16) bytes is -128. */
export function hasInvalidValue(row: usize, length: i32): i32 {
  const invalid = i8x16.splat(-128)
  const end = row + <usize>length
  while (row < end) {
    if (v128.any_true(i8x16.eq(v128.load(row), invalid))) return 1
    row += 16
  }
  return 0
}

/** <q, q> of `length` (a multiple of 16, at most 8192) bytes: at most 2^27. */
export function normSquared(row: usize, length: i32): i32 {
  let low = i32x4.splat(0),
    high = low
  const end = row + <usize>length
  while (row < end) {
    const a = v128.load8x8_s(row),
      b = v128.load8x8_s(row, 8)
    low = mac(low, a, a)
    high = mac(high, b, b)
    row += 16
  }
  return sum(i32x4.add(low, high))
}
