// Weighted trimmed mean by coordinate of mixed rows; compiled into kernels.wasm with kernels.ts.

import { network } from './trimmed-mean'

/** Bytes between two rows in linear memory: 2048 values of 32 bits. */
const STRIDE: usize = 8192
const BPS: i32 = 10_000
/** A key is `value · 128 + row`, below 2^30: it sorts by value and then by row, and its low bits are the number of its row. */
const ROW_BITS: i32 = 7
const ROW_MASK: i32 = 127

/** The keys of four coordinates of a row. */
function keysOf(row: usize, index: i32): v128 {
  return v128.or(i32x4.shl(v128.load(row), ROW_BITS), i32x4.splat(index))
}

function stakeOf(stakes: usize, key: i32): i32 {
  return load<i32>(stakes + ((<usize>(key & ROW_MASK)) << 2)) * BPS
}

function keep(kept: usize, key: i32, part: f64): void {
  const cell = kept + ((<usize>(key & ROW_MASK)) << 3)
  store<f64>(cell, load<f64>(cell) + part)
}

/**
 * As `trimmedMean`, for rows in 1/65536 (|value| at most 127 · 65536 < 2^23): at each of `length` (a multiple of 4, at
 * most 2048) coordinates `trim` of the stake · 10^4 is cut off below, `left` of it kept, and the mean of that rounded
 * down.
 *
 * @param stakes i32[count], together at most 65536, so that stake · 10^4 fits an i32 and every sum below is exact in f64 (< 2^52.3)
 * @param scratch 64-byte aligned: 4 · 16 bytes of borders, then 16 bytes a row for keys, 16 bytes a row for counts, and the comparators
 * @param kept f64[count]: adds stake · 10^4 of each row that was kept
 */
export function trimmedMixed(
  rows: usize,
  stakes: usize,
  count: i32,
  length: i32,
  trim: i32,
  left: i32,
  scratch: usize,
  kept: usize,
  out: usize,
): void {
  const lows = scratch
  const highs = scratch + 16
  const edges = scratch + 32 // f64[4]: contribution of the two border rows
  const keys = scratch + 128
  const counts = keys + ((<usize>count) << 4)
  const first = counts + ((<usize>count) << 4)
  const last = network(count, first)
  const upper = trim + left
  const divisor = f64x2.splat(<f64>left)
  const scale = f64x2.splat(<f64>BPS)
  memory.fill(counts, 0, (<usize>count) << 4)
  for (let k: usize = 0; k < <usize>length; k += 4) {
    for (let i = 0; i < count; i++) v128.store(keys + ((<usize>i) << 4), keysOf(rows + <usize>i * STRIDE + (k << 2), i))
    for (let at = first; at < last; at += 8) {
      const a = keys + <usize>load<u32>(at)
      const b = keys + <usize>load<u32>(at, 4)
      const x = v128.load(a)
      const y = v128.load(b)
      v128.store(a, i32x4.min_s(x, y))
      v128.store(b, i32x4.max_s(x, y))
    }
    for (let lane: usize = 0; lane < 16; lane += 4) {
      // The lowest and the highest row of which something is kept.
      let at = keys + lane
      let key = load<i32>(at)
      let above = stakeOf(stakes, key)
      let below = 0
      while (above <= trim) {
        at += 16
        key = load<i32>(at)
        below = above
        above += stakeOf(stakes, key)
      }
      const lowPart = <f64>(min(above, upper) - max(below, trim))
      store<i32>(lows + lane, key)
      keep(kept, key, lowPart)
      let edge = lowPart * <f64>(key >> ROW_BITS)
      if (above < upper) {
        // Not all from one row: find the other border from the top.
        at = keys + ((<usize>(count - 1)) << 4) + lane
        key = load<i32>(at)
        above = trim + upper
        below = above - stakeOf(stakes, key)
        while (below >= upper) {
          at -= 16
          key = load<i32>(at)
          above = below
          below -= stakeOf(stakes, key)
        }
        const highPart = <f64>(min(above, upper) - below)
        keep(kept, key, highPart)
        edge += highPart * <f64>(key >> ROW_BITS)
      }
      store<i32>(highs + lane, key)
      store<f64>(edges + (lane << 1), edge)
    }
    // What lies between the borders is kept whole.
    const low = v128.load(lows)
    const high = v128.load(highs)
    let s0 = f64x2.splat(0)
    let s1 = s0
    for (let i = 0; i < count; i++) {
      const key = keysOf(rows + <usize>i * STRIDE + (k << 2), i)
      const inside = v128.and(i32x4.gt_s(key, low), i32x4.lt_s(key, high))
      const cell = counts + ((<usize>i) << 4)
      v128.store(cell, i32x4.sub(v128.load(cell), inside))
      const value = v128.and(i32x4.shr_s(key, ROW_BITS), inside)
      const stake = f64x2.splat(<f64>load<i32>(stakes + ((<usize>i) << 2)))
      s0 = f64x2.add(s0, f64x2.mul(f64x2.convert_low_i32x4_s(value), stake))
      s1 = f64x2.add(s1, f64x2.mul(f64x2.convert_low_i32x4_s(i32x4.shuffle(value, value, 2, 3, 2, 3)), stake))
    }
    s0 = f64x2.floor(f64x2.div(f64x2.add(f64x2.mul(s0, scale), v128.load(edges)), divisor))
    s1 = f64x2.floor(f64x2.div(f64x2.add(f64x2.mul(s1, scale), v128.load(edges, 16)), divisor))
    const cell = out + (k << 2)
    v128.store(cell, i32x4.shuffle(i32x4.trunc_sat_f64x2_s_zero(s0), i32x4.trunc_sat_f64x2_s_zero(s1), 0, 1, 4, 5))
  }
  for (let i = 0; i < count; i++) {
    const cell = counts + ((<usize>i) << 4)
    const times = load<i32>(cell) + load<i32>(cell, 4) + load<i32>(cell, 8) + load<i32>(cell, 12)
    const place = kept + ((<usize>i) << 3)
    store<f64>(place, load<f64>(place) + <f64>times * <f64>(load<i32>(stakes + ((<usize>i) << 2)) * BPS))
  }
}
