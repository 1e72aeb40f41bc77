// Weighted median by coordinate; compiled into kernels.wasm with kernels.ts.

/** Bytes between two rows in linear memory: one segment. */
const STRIDE: usize = 8192
/** Coordinates after which the eight-bit counts of kept rows are added up: 64 steps of 16. */
const BLOCK: usize = 1024
/** What a saturated sum looks like. */
const FULL: i32 = 0xffff

/**
 * Which lanes have a sum of stakes, over the rows of value at most `bound`, that takes `start` to 65535 or beyond. 16 coordinates; a row's values and its stake
 * (clamped to 16 bits) lie 32 bytes apart.
 */
function reached(rows: usize, end: usize, bound: v128, start: v128): v128 {
  let low = start
  let high = start
  for (let row = rows; row < end; row += 32) {
    const within = i8x16.le_s(v128.load(row), bound)
    const stake = v128.load16_splat(row, 16)
    low = i16x8.add_sat_u(low, v128.and(i16x8.extend_low_i8x16_s(within), stake))
    high = i16x8.add_sat_u(high, v128.and(i16x8.extend_high_i8x16_s(within), stake))
  }
  const full = i16x8.splat(<i16>FULL)
  return i8x16.narrow_i16x8_s(i16x8.eq(low, full), i16x8.eq(high, full))
}

/** Adds the sum of sixteen counts, each below 128, times `stake`, and clears them. */
function flush(counts: usize, kept: usize, stake: f64): void {
  const pairs = i16x8.extadd_pairwise_i8x16_u(v128.load(counts))
  const fours = i32x4.extadd_pairwise_i16x8_u(pairs)
  const times =
    i32x4.extract_lane(fours, 0) + i32x4.extract_lane(fours, 1) + i32x4.extract_lane(fours, 2) + i32x4.extract_lane(fours, 3)
  store<f64>(kept, load<f64>(kept) + <f64>times * stake)
  v128.store(counts, i8x16.splat(0))
}

/**
 * At each of `length` (a multiple of 16, at most 8192) coordinates half-way between the lower and the upper median by stake, in 1/65536: the least value with
 * half of the stake at or below it, and the least with more than half. Found bit by bit, sixteen coordinates at a time: no row is sorted, so there is no order of
 * equal values to settle.
 *
 * @param stakes i32[count], each at least 1, together 1…65536. Sums start at 65535 less what must be reached and saturate, so 16 bits hold them: half of the stake
 *   is at most 32768, and a stake beyond 65535 counts as much as 65535.
 * @param scratch 16-byte aligned: 32 bytes a row for values and stake, 16 bytes a row for counts
 * @param kept f64[count]: adds the stake of a row for each coordinate where it has one of the two values
 */
export function median(
  rows: usize,
  stakes: usize,
  count: i32,
  length: i32,
  total: i32,
  scratch: usize,
  kept: usize,
  out: usize,
): void {
  const end = scratch + ((<usize>count) << 5)
  for (let i = 0; i < count; i++) {
    const stake = min(load<i32>(stakes + ((<usize>i) << 2)), FULL)
    store<u16>(scratch + ((<usize>i) << 5), <u16>stake, 16)
  }
  memory.fill(end, 0, (<usize>count) << 4)
  const half = i16x8.splat(<i16>(FULL - ((total + 1) >> 1)))
  const more = i16x8.splat(<i16>(FULL - (total >> 1) - 1))
  const most = i8x16.splat(127)
  for (let k: usize = 0; k < <usize>length; k += 16) {
    for (let i: usize = 0; i < <usize>count; i++) v128.store(scratch + (i << 5), v128.load(rows + i * STRIDE + k))
    // The least value that reaches half: 127 less than the middle of all values is not there yet, and so on down to the last bit.
    let low = i8x16.splat(-128)
    for (let step = 128; step > 0; step >>= 1) {
      const there = reached(scratch, end, i8x16.add(low, i8x16.splat(<i8>(step - 1))), half)
      low = i8x16.add(low, v128.andnot(i8x16.splat(<i8>step), there))
    }
    // The next value above it, for lanes where exactly half of the stake is at or below it.
    let next = most
    for (let row = scratch; row < end; row += 32) {
      const value = v128.load(row)
      next = i8x16.min_s(next, v128.bitselect(value, most, i8x16.gt_s(value, low)))
    }
    const high = v128.bitselect(low, next, reached(scratch, end, low, more))
    for (let row = scratch, cell = end; row < end; row += 32, cell += 16) {
      const value = v128.load(row)
      const chosen = v128.or(i8x16.eq(value, low), i8x16.eq(value, high))
      v128.store(cell, i8x16.sub(v128.load(cell), chosen))
    }
    const s0 = i16x8.add(i16x8.extend_low_i8x16_s(low), i16x8.extend_low_i8x16_s(high))
    const s1 = i16x8.add(i16x8.extend_high_i8x16_s(low), i16x8.extend_high_i8x16_s(high))
    const cell = out + (k << 2)
    v128.store(cell, i32x4.shl(i32x4.extend_low_i16x8_s(s0), 15))
    v128.store(cell, i32x4.shl(i32x4.extend_high_i16x8_s(s0), 15), 16)
    v128.store(cell, i32x4.shl(i32x4.extend_low_i16x8_s(s1), 15), 32)
    v128.store(cell, i32x4.shl(i32x4.extend_high_i16x8_s(s1), 15), 48)
    const done = k + 16
    if (done % BLOCK == 0 || done == <usize>length) {
      for (let i: usize = 0; i < <usize>count; i++) flush(end + (i << 4), kept + (i << 3), <f64>load<i32>(stakes + (i << 2)))
    }
  }
}
