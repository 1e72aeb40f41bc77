// AssemblyScript, compiled to WASM SIMD by scripts/kernels.mjs. The caller (../wasm-hash-kernel.ts) owns the memory from 64 KiB up.
// keccak-f[1600] on two messages of one length at a time: lane i of the first in the low half of a vector, of the second in the high half.

/** Bytes absorbed by one permutation (keccak256). */
const RATE: usize = 136
/** The round constants (FIPS 202, 3.2.5). */
const ROUNDS: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
  0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
  0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
])
/** 25 lanes of two states. */
const STATE: usize = memory.data(400, 16)
/** The last block of two messages. */
const LAST: usize = memory.data(272, 16)

function rotate(v: v128, bits: i32): v128 {
  return v128.or(i64x2.shl(v, bits), i64x2.shr_u(v, 64 - bits))
}

function lanes(a: usize, b: usize, offset: usize): v128 {
  return v128.load64_lane(b + offset, v128.load64_zero(a + offset), 1)
}

/** Absorbs `blocks` blocks of RATE bytes of two messages into the two states. Unrolled two rounds at a time, so that no lane is ever moved. */
function absorb(a: usize, b: usize, blocks: usize): void {
  let a0 = v128.load(STATE),
    a1 = v128.load(STATE, 16),
    a2 = v128.load(STATE, 32),
    a3 = v128.load(STATE, 48),
    a4 = v128.load(STATE, 64),
    a5 = v128.load(STATE, 80),
    a6 = v128.load(STATE, 96),
    a7 = v128.load(STATE, 112),
    a8 = v128.load(STATE, 128),
    a9 = v128.load(STATE, 144),
    a10 = v128.load(STATE, 160),
    a11 = v128.load(STATE, 176),
    a12 = v128.load(STATE, 192),
    a13 = v128.load(STATE, 208),
    a14 = v128.load(STATE, 224),
    a15 = v128.load(STATE, 240),
    a16 = v128.load(STATE, 256),
    a17 = v128.load(STATE, 272),
    a18 = v128.load(STATE, 288),
    a19 = v128.load(STATE, 304),
    a20 = v128.load(STATE, 320),
    a21 = v128.load(STATE, 336),
    a22 = v128.load(STATE, 352),
    a23 = v128.load(STATE, 368),
    a24 = v128.load(STATE, 384)
  let e0: v128 = i64x2.splat(0),
    e1 = e0,
    e2 = e0,
    e3 = e0,
    e4 = e0,
    e5 = e0,
    e6 = e0,
    e7 = e0,
    e8 = e0,
    e9 = e0,
    e10 = e0,
    e11 = e0,
    e12 = e0,
    e13 = e0,
    e14 = e0,
    e15 = e0,
    e16 = e0,
    e17 = e0,
    e18 = e0,
    e19 = e0,
    e20 = e0,
    e21 = e0,
    e22 = e0,
    e23 = e0,
    e24 = e0
  let b0: v128 = i64x2.splat(0),
    b1 = b0,
    b2 = b0,
    b3 = b0,
    b4 = b0
  let c0: v128 = i64x2.splat(0),
    c1 = c0,
    c2 = c0,
    c3 = c0,
    c4 = c0
  let d0: v128 = i64x2.splat(0),
    d1 = d0,
    d2 = d0,
    d3 = d0,
    d4 = d0
  for (let block: usize = 0; block < blocks; block++) {
    a0 = v128.xor(a0, lanes(a, b, 0))
    a1 = v128.xor(a1, lanes(a, b, 8))
    a2 = v128.xor(a2, lanes(a, b, 16))
    a3 = v128.xor(a3, lanes(a, b, 24))
    a4 = v128.xor(a4, lanes(a, b, 32))
    a5 = v128.xor(a5, lanes(a, b, 40))
    a6 = v128.xor(a6, lanes(a, b, 48))
    a7 = v128.xor(a7, lanes(a, b, 56))
    a8 = v128.xor(a8, lanes(a, b, 64))
    a9 = v128.xor(a9, lanes(a, b, 72))
    a10 = v128.xor(a10, lanes(a, b, 80))
    a11 = v128.xor(a11, lanes(a, b, 88))
    a12 = v128.xor(a12, lanes(a, b, 96))
    a13 = v128.xor(a13, lanes(a, b, 104))
    a14 = v128.xor(a14, lanes(a, b, 112))
    a15 = v128.xor(a15, lanes(a, b, 120))
    a16 = v128.xor(a16, lanes(a, b, 128))
    for (let round = ROUNDS; round < ROUNDS + 192; round += 16) {
      c0 = v128.xor(v128.xor(v128.xor(v128.xor(a0, a5), a10), a15), a20)
      c1 = v128.xor(v128.xor(v128.xor(v128.xor(a1, a6), a11), a16), a21)
      c2 = v128.xor(v128.xor(v128.xor(v128.xor(a2, a7), a12), a17), a22)
      c3 = v128.xor(v128.xor(v128.xor(v128.xor(a3, a8), a13), a18), a23)
      c4 = v128.xor(v128.xor(v128.xor(v128.xor(a4, a9), a14), a19), a24)
      d0 = v128.xor(c4, rotate(c1, 1))
      d1 = v128.xor(c0, rotate(c2, 1))
      d2 = v128.xor(c1, rotate(c3, 1))
      d3 = v128.xor(c2, rotate(c4, 1))
      d4 = v128.xor(c3, rotate(c0, 1))
      b0 = v128.xor(a0, d0)
      b1 = rotate(v128.xor(a6, d1), 44)
      b2 = rotate(v128.xor(a12, d2), 43)
      b3 = rotate(v128.xor(a18, d3), 21)
      b4 = rotate(v128.xor(a24, d4), 14)
      e0 = v128.xor(v128.xor(b0, v128.andnot(b2, b1)), v128.load64_splat(round))
      e1 = v128.xor(b1, v128.andnot(b3, b2))
      e2 = v128.xor(b2, v128.andnot(b4, b3))
      e3 = v128.xor(b3, v128.andnot(b0, b4))
      e4 = v128.xor(b4, v128.andnot(b1, b0))
      b0 = rotate(v128.xor(a3, d3), 28)
      b1 = rotate(v128.xor(a9, d4), 20)
      b2 = rotate(v128.xor(a10, d0), 3)
      b3 = rotate(v128.xor(a16, d1), 45)
      b4 = rotate(v128.xor(a22, d2), 61)
      e5 = v128.xor(b0, v128.andnot(b2, b1))
      e6 = v128.xor(b1, v128.andnot(b3, b2))
      e7 = v128.xor(b2, v128.andnot(b4, b3))
      e8 = v128.xor(b3, v128.andnot(b0, b4))
      e9 = v128.xor(b4, v128.andnot(b1, b0))
      b0 = rotate(v128.xor(a1, d1), 1)
      b1 = rotate(v128.xor(a7, d2), 6)
      b2 = rotate(v128.xor(a13, d3), 25)
      b3 = rotate(v128.xor(a19, d4), 8)
      b4 = rotate(v128.xor(a20, d0), 18)
      e10 = v128.xor(b0, v128.andnot(b2, b1))
      e11 = v128.xor(b1, v128.andnot(b3, b2))
      e12 = v128.xor(b2, v128.andnot(b4, b3))
      e13 = v128.xor(b3, v128.andnot(b0, b4))
      e14 = v128.xor(b4, v128.andnot(b1, b0))
      b0 = rotate(v128.xor(a4, d4), 27)
      b1 = rotate(v128.xor(a5, d0), 36)
      b2 = rotate(v128.xor(a11, d1), 10)
      b3 = rotate(v128.xor(a17, d2), 15)
      b4 = rotate(v128.xor(a23, d3), 56)
      e15 = v128.xor(b0, v128.andnot(b2, b1))
      e16 = v128.xor(b1, v128.andnot(b3, b2))
      e17 = v128.xor(b2, v128.andnot(b4, b3))
      e18 = v128.xor(b3, v128.andnot(b0, b4))
      e19 = v128.xor(b4, v128.andnot(b1, b0))
      b0 = rotate(v128.xor(a2, d2), 62)
      b1 = rotate(v128.xor(a8, d3), 55)
      b2 = rotate(v128.xor(a14, d4), 39)
      b3 = rotate(v128.xor(a15, d0), 41)
      b4 = rotate(v128.xor(a21, d1), 2)
      e20 = v128.xor(b0, v128.andnot(b2, b1))
      e21 = v128.xor(b1, v128.andnot(b3, b2))
      e22 = v128.xor(b2, v128.andnot(b4, b3))
      e23 = v128.xor(b3, v128.andnot(b0, b4))
      e24 = v128.xor(b4, v128.andnot(b1, b0))

      c0 = v128.xor(v128.xor(v128.xor(v128.xor(e0, e5), e10), e15), e20)
      c1 = v128.xor(v128.xor(v128.xor(v128.xor(e1, e6), e11), e16), e21)
      c2 = v128.xor(v128.xor(v128.xor(v128.xor(e2, e7), e12), e17), e22)
      c3 = v128.xor(v128.xor(v128.xor(v128.xor(e3, e8), e13), e18), e23)
      c4 = v128.xor(v128.xor(v128.xor(v128.xor(e4, e9), e14), e19), e24)
      d0 = v128.xor(c4, rotate(c1, 1))
      d1 = v128.xor(c0, rotate(c2, 1))
      d2 = v128.xor(c1, rotate(c3, 1))
      d3 = v128.xor(c2, rotate(c4, 1))
      d4 = v128.xor(c3, rotate(c0, 1))
      b0 = v128.xor(e0, d0)
      b1 = rotate(v128.xor(e6, d1), 44)
      b2 = rotate(v128.xor(e12, d2), 43)
      b3 = rotate(v128.xor(e18, d3), 21)
      b4 = rotate(v128.xor(e24, d4), 14)
      a0 = v128.xor(v128.xor(b0, v128.andnot(b2, b1)), v128.load64_splat(round, 8))
      a1 = v128.xor(b1, v128.andnot(b3, b2))
      a2 = v128.xor(b2, v128.andnot(b4, b3))
      a3 = v128.xor(b3, v128.andnot(b0, b4))
      a4 = v128.xor(b4, v128.andnot(b1, b0))
      b0 = rotate(v128.xor(e3, d3), 28)
      b1 = rotate(v128.xor(e9, d4), 20)
      b2 = rotate(v128.xor(e10, d0), 3)
      b3 = rotate(v128.xor(e16, d1), 45)
      b4 = rotate(v128.xor(e22, d2), 61)
      a5 = v128.xor(b0, v128.andnot(b2, b1))
      a6 = v128.xor(b1, v128.andnot(b3, b2))
      a7 = v128.xor(b2, v128.andnot(b4, b3))
      a8 = v128.xor(b3, v128.andnot(b0, b4))
      a9 = v128.xor(b4, v128.andnot(b1, b0))
      b0 = rotate(v128.xor(e1, d1), 1)
      b1 = rotate(v128.xor(e7, d2), 6)
      b2 = rotate(v128.xor(e13, d3), 25)
      b3 = rotate(v128.xor(e19, d4), 8)
      b4 = rotate(v128.xor(e20, d0), 18)
      a10 = v128.xor(b0, v128.andnot(b2, b1))
      a11 = v128.xor(b1, v128.andnot(b3, b2))
      a12 = v128.xor(b2, v128.andnot(b4, b3))
      a13 = v128.xor(b3, v128.andnot(b0, b4))
      a14 = v128.xor(b4, v128.andnot(b1, b0))
      b0 = rotate(v128.xor(e4, d4), 27)
      b1 = rotate(v128.xor(e5, d0), 36)
      b2 = rotate(v128.xor(e11, d1), 10)
      b3 = rotate(v128.xor(e17, d2), 15)
      b4 = rotate(v128.xor(e23, d3), 56)
      a15 = v128.xor(b0, v128.andnot(b2, b1))
      a16 = v128.xor(b1, v128.andnot(b3, b2))
      a17 = v128.xor(b2, v128.andnot(b4, b3))
      a18 = v128.xor(b3, v128.andnot(b0, b4))
      a19 = v128.xor(b4, v128.andnot(b1, b0))
      b0 = rotate(v128.xor(e2, d2), 62)
      b1 = rotate(v128.xor(e8, d3), 55)
      b2 = rotate(v128.xor(e14, d4), 39)
      b3 = rotate(v128.xor(e15, d0), 41)
      b4 = rotate(v128.xor(e21, d1), 2)
      a20 = v128.xor(b0, v128.andnot(b2, b1))
      a21 = v128.xor(b1, v128.andnot(b3, b2))
      a22 = v128.xor(b2, v128.andnot(b4, b3))
      a23 = v128.xor(b3, v128.andnot(b0, b4))
      a24 = v128.xor(b4, v128.andnot(b1, b0))
    }
    a += RATE
    b += RATE
  }
  v128.store(STATE, a0)
  v128.store(STATE, a1, 16)
  v128.store(STATE, a2, 32)
  v128.store(STATE, a3, 48)
  v128.store(STATE, a4, 64)
  v128.store(STATE, a5, 80)
  v128.store(STATE, a6, 96)
  v128.store(STATE, a7, 112)
  v128.store(STATE, a8, 128)
  v128.store(STATE, a9, 144)
  v128.store(STATE, a10, 160)
  v128.store(STATE, a11, 176)
  v128.store(STATE, a12, 192)
  v128.store(STATE, a13, 208)
  v128.store(STATE, a14, 224)
  v128.store(STATE, a15, 240)
  v128.store(STATE, a16, 256)
  v128.store(STATE, a17, 272)
  v128.store(STATE, a18, 288)
  v128.store(STATE, a19, 304)
  v128.store(STATE, a20, 320)
  v128.store(STATE, a21, 336)
  v128.store(STATE, a22, 352)
  v128.store(STATE, a23, 368)
  v128.store(STATE, a24, 384)
}

/** The last `length` < RATE bytes of a message with keccak's padding (0x01 … 0x80). */
function pad(from: usize, length: usize, to: usize): void {
  for (let k: usize = 0; k < RATE; k += 8) store<u64>(to + k, 0)
  let k: usize = 0
  for (; k + 8 <= length; k += 8) store<u64>(to + k, load<u64>(from + k))
  for (; k < length; k++) store<u8>(to + k, load<u8>(from + k))
  store<u8>(to + length, 1)
  store<u8>(to + RATE - 1, load<u8>(to + RATE - 1) | 0x80)
}

/** Starts two messages over. */
export function begin(): void {
  for (let k: usize = 0; k < 400; k += 16) v128.store(STATE + k, i64x2.splat(0))
}

/** The next whole blocks of one long message. */
export function update(input: usize, blocks: usize): void {
  absorb(input, input, blocks)
}

/** The last `length` < RATE bytes of both messages; their hashes. */
function finish(a: usize, b: usize, length: usize, outA: usize, outB: usize): void {
  pad(a, length, LAST)
  pad(b, length, LAST + RATE)
  absorb(LAST, LAST + RATE, 1)
  for (let k: usize = 0; k < 4; k++) {
    const lane = v128.load(STATE + k * 16)
    v128.store64_lane(outA + k * 8, lane, 0)
    v128.store64_lane(outB + k * 8, lane, 1)
  }
}

/** The last bytes of one long message; its hash. */
export function end(input: usize, length: usize, output: usize): void {
  finish(input, input, length, output, output)
}

function hashTwo(a: usize, b: usize, length: usize, outA: usize, outB: usize): void {
  const blocks = length / RATE
  begin()
  if (blocks > 0) absorb(a, b, blocks)
  const whole = blocks * RATE
  finish(a + whole, b + whole, length - whole, outA, outB)
}

/** keccak256 of `count` messages of `length` bytes, one after the other; 32 bytes each to `output`, which may be `input` when length >= 64. */
export function hashEach(input: usize, length: usize, count: usize, output: usize): void {
  for (let k: usize = 0; k + 1 < count; k += 2) {
    hashTwo(input, input + length, length, output, output + 32)
    input += 2 * length
    output += 64
  }
  if (count & 1) hashTwo(input, input, length, output, output)
}

/** Turns `bytes` (a multiple of 16) bytes of i32 around, to the big-endian order that is hashed. */
export function swapWords(at: usize, bytes: usize): void {
  for (const end = at + bytes; at < end; at += 16) {
    const v = v128.load(at)
    v128.store(at, i8x16.shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12))
  }
}

// Merkle-sum trees of the Gram matrix (docs/protocol.md §4), two pairs side by side. A node's preimage is 128 bytes: left hash, left sum, right
// hash, right sum, sums as i256. The path from the last leaf to the root is all that is held: one preimage a level and pair.

/** Levels below the pair leaf: D <= 2^30 coordinates are at most 2^17 segments. */
const LEVELS: usize = 17
const NODE: usize = 128
const PATH: usize = memory.data(4608, 16) // (LEVELS + 1) * 2 * NODE
/** Hashes of the trees without leaves, by depth. */
const MISSING: usize = memory.data(544, 16) // LEVELS * 32
let missingReady = false

function storeWord(at: usize, value: i64): void {
  const sign = value >> 63
  store<i64>(at, sign)
  store<i64>(at, sign, 8)
  store<i64>(at, sign, 16)
  store<i64>(at, bswap<i64>(value), 24)
}

function storeNode(at: usize, hash: usize, sum: i64): void {
  v128.store(at, v128.load(hash))
  v128.store(at, v128.load(hash, 16), 16)
  storeWord(at + 32, sum)
}

function prepareMissing(): void {
  if (missingReady) return
  memory.fill(MISSING, 0, 544)
  for (let level: usize = 1; level < LEVELS; level++) {
    const below = MISSING + (level - 1) * 32
    storeNode(PATH, below, 0)
    storeNode(PATH + 64, below, 0)
    hashTwo(PATH, PATH, NODE, MISSING + level * 32, MISSING + level * 32)
  }
  missingReady = true
}

/** Adds the sums of two halves of a node, read back from the preimage. */
function sumOf(node: usize): i64 {
  return bswap<i64>(load<i64>(node, 56)) + bswap<i64>(load<i64>(node, 120))
}

/** Hashes the full node at `level` of both trees into the place `side` (0 left, 64 right) one level up. */
function lift(level: usize, side: usize): void {
  const node = PATH + level * 2 * NODE
  const above = node + 2 * NODE + side
  hashTwo(node, node + NODE, NODE, above, above + NODE)
  storeWord(above + 32, sumOf(node))
  storeWord(above + NODE + 32, sumOf(node + NODE))
}

/**
 * Leaves of pairs `pair` and `pair + 1` in the tree under gramRoot: H(pairHash ‖ i256 G ‖ i256 pair).
 *
 * sums: i32[segments][2], the inner products of the two pairs by segment, 1 <= segments <= 2^17
 */
export function pairLeaves(sums: usize, segments: u32, depth: u32, pair: u32, output: usize): void {
  prepareMissing()
  for (let g: u32 = 0; g < segments; g++) {
    const leaf = PATH + (g & 1 ? 64 : 0)
    storeNode(leaf, MISSING, <i64>load<i32>(sums))
    storeNode(leaf + NODE, MISSING, <i64>load<i32>(sums, 4))
    sums += 8
    for (let level: u32 = 0, index = g; index & 1; level++) {
      index >>= 1
      lift(level, index & 1 ? 64 : 0)
    }
  }
  // The right edge: from the first level with an odd count on, its last node is still to be hashed, beside a missing one where the count is odd.
  let open = false
  for (let level: u32 = 0, count = segments; level < depth; level++) {
    if (count & 1) {
      const right = PATH + <usize>level * 2 * NODE + 64
      storeNode(right, MISSING + <usize>level * 32, 0)
      storeNode(right + NODE, MISSING + <usize>level * 32, 0)
      open = true
    }
    const above = (count - 1) >> 1
    if (open) lift(level, above & 1 ? 64 : 0)
    count = above + 1
  }
  const root = PATH + <usize>depth * 2 * NODE
  storeWord(root + 64, pair)
  storeWord(root + NODE + 64, pair + 1)
  hashTwo(root, root + NODE, 96, output, output + 32)
}
