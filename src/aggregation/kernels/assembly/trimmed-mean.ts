// Weighted trimmed mean by coordinate; compiled into kernels.wasm with kernels.ts.

/** Bytes between two rows in linear memory: one segment. */
const STRIDE: usize = 8192
const BPS: i32 = 10_000
/** A key is `value · 128 + row`: it sorts by value and then by row, and its low bits are the number of its row. */
const ROW_BITS: i32 = 7
const ROW_MASK: i32 = 127

/**
 * The comparators of merge exchange (Knuth, TAOCP 3, 5.2.2 M) for `count` keys of 16 bytes, as pairs of u32 byte offsets: after all of them in
 * order the keys ascend. At most 2,000 pairs for 128 keys.
 *
 * @returns where the list ends
 */
export function network(count: i32, out: usize): usize {
  let top = 1
  while (top << 1 < count) top <<= 1
  for (let p = top; p > 0; p >>= 1) {
    let q = top
    let r = 0
    let d = p
    while (true) {
      for (let i = 0; i < count - d; i++) {
        if ((i & p) != r) continue
        store<u32>(out, (<u32>i) << 4)
        store<u32>(out, (<u32>(i + d)) << 4, 4)
        out += 8
      }
      if (q == p) break
      d = q - p
      q >>= 1
      r = p
    }
  }
  return out
}

/** The keys of eight coordinates of a row. */
function keysOf(row: usize, index: i32): v128 {
  return v128.or(i16x8.shl(v128.load8x8_s(row), ROW_BITS), i16x8.splat(<i16>index))
}

/**
 * At each of `length` (a multiple of 8, at most 8192) coordinates: the rows in ascending order of value (equal values in row order), `trim` of the
 * stake · 10^4 cut off below, `left` of it kept, the mean of that in 1/65536, rounded down.
 *
 * @param stakes i32[count], together at most 65536, so that stake · 10^4 fits an i32 and every sum below is exact in f64 (< 2^52.3)
 * @param scratch 64-byte aligned: 4 · 16 bytes of borders, then 16 bytes a row for keys, 16 bytes a row for counts, and the comparators
 * @param kept f64[count]: adds stake · 10^4 of each row that was kept
 */
export function trimmedMean(
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
  const edges = scratch + 32 // f64[8]: contribution of the two border rows
  const keys = scratch + 128
  const counts = keys + ((<usize>count) << 4)
  const first = counts + ((<usize>count) << 4)
  const last = network(count, first)
  const upper = trim + left
  const divisor = <f64>left
  memory.fill(counts, 0, (<usize>count) << 4)
  for (let k: usize = 0; k < <usize>length; k += 8) {
    for (let i = 0; i < count; i++) v128.store(keys + ((<usize>i) << 4), keysOf(rows + <usize>i * STRIDE + k, i))
    for (let at = first; at < last; at += 8) {
      const a = keys + <usize>load<u32>(at)
      const b = keys + <usize>load<u32>(at, 4)
      const x = v128.load(a)
      const y = v128.load(b)
      v128.store(a, i16x8.min_s(x, y))
      v128.store(b, i16x8.max_s(x, y))
    }
    for (let lane: usize = 0; lane < 16; lane += 2) {
      // The lowest and the highest row of which something is kept.
      let at = keys + lane
      let key = <i32>load<i16>(at)
      let above = load<i32>(stakes + ((<usize>(key & ROW_MASK)) << 2)) * BPS
      let below = 0
      while (above <= trim) {
        at += 16
        key = <i32>load<i16>(at)
        below = above
        above += load<i32>(stakes + ((<usize>(key & ROW_MASK)) << 2)) * BPS
      }
      const lowPart = <f64>(min(above, upper) - max(below, trim))
      store<i16>(lows + lane, <i16>key)
      let cell = kept + ((<usize>(key & ROW_MASK)) << 3)
      store<f64>(cell, load<f64>(cell) + lowPart)
      let edge = lowPart * <f64>(key >> ROW_BITS)
      if (above < upper) {
        // Not all from one row: find the other border from the top.
        at = keys + ((<usize>(count - 1)) << 4) + lane
        key = <i32>load<i16>(at)
        above = trim + upper
        below = above - load<i32>(stakes + ((<usize>(key & ROW_MASK)) << 2)) * BPS
        while (below >= upper) {
          at -= 16
          key = <i32>load<i16>(at)
          above = below
          below -= load<i32>(stakes + ((<usize>(key & ROW_MASK)) << 2)) * BPS
        }
        const highPart = <f64>(min(above, upper) - below)
        cell = kept + ((<usize>(key & ROW_MASK)) << 3)
        store<f64>(cell, load<f64>(cell) + highPart)
        edge += highPart * <f64>(key >> ROW_BITS)
      }
      store<i16>(highs + lane, <i16>key)
      store<f64>(edges + (lane << 2), edge)
    }
    // What lies between the borders is kept whole.
    const low = v128.load(lows)
    const high = v128.load(highs)
    let s0 = i32x4.splat(0)
    let s1 = s0
    for (let i = 0; i < count; i++) {
      const key = keysOf(rows + <usize>i * STRIDE + k, i)
      const inside = v128.and(i16x8.gt_s(key, low), i16x8.lt_s(key, high))
      const cell = counts + ((<usize>i) << 4)
      v128.store(cell, i16x8.sub(v128.load(cell), inside))
      const value = v128.and(i16x8.shr_s(key, ROW_BITS), inside)
      const stake = i32x4.splat(load<i32>(stakes + ((<usize>i) << 2)))
      s0 = i32x4.add(s0, i32x4.mul(i32x4.extend_low_i16x8_s(value), stake))
      s1 = i32x4.add(s1, i32x4.mul(i32x4.extend_high_i16x8_s(value), stake))
    }
    const cell = out + (k << 2)
    v128.store(cell, s0)
    v128.store(cell, s1, 16)
    for (let lane: usize = 0; lane < 8; lane++) {
      const sum = <f64>load<i32>(cell + (lane << 2)) * <f64>BPS + load<f64>(edges + (lane << 3))
      store<i32>(cell + (lane << 2), <i32>floor<f64>((sum * 65_536) / divisor))
    }
  }
  for (let i = 0; i < count; i++) {
    let times = 0
    for (let lane: usize = 0; lane < 16; lane += 2) times += <i32>load<i16>(counts + ((<usize>i) << 4) + lane)
    const cell = kept + ((<usize>i) << 3)
    store<f64>(cell, load<f64>(cell) + <f64>times * <f64>(load<i32>(stakes + ((<usize>i) << 2)) * BPS))
  }
}
