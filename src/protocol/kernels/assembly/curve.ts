// AssemblyScript, compiled to WASM by scripts/kernels.mjs. The caller (../curve-kernel.ts) owns the memory from TABLES up.
// Sums of multiples of points of secp256k1 (SEC 2, 2.4.1) that are known beforehand: each has a table, so that no point is ever doubled.
// A number modulo p = 2^256 - 2^32 - 977 is nine limbs of 29 bits, u32 each; its value is below 2^262 and not reduced. Nothing here is secret, so nothing hides
// how long it takes.

const LIMB: u64 = 0x1fffffff
/** 2^261 is 2^8 · 2^29 + 31264 modulo p. */
const FOLD_LOW: u64 = 31_264
const FOLD_HIGH: u64 = 256
const NUMBER: usize = 36
/** x and y. */
const AFFINE: usize = 72
/** X, Y and Z: the point (X/Z, Y/Z), and 0 : 1 : 0 at infinity. */
const PROJECTIVE: usize = 108

/** Bits of one digit of a multiplier; digits are -16 … 16. */
const WINDOW: i32 = 5
/** Digits of a multiplier of 256 bits. */
const DIGITS: i32 = 52
/** Multiples of one digit that are kept: 1 … 16. */
const MULTIPLES: i32 = 16

/** A multiple of p with limbs between 2^30 and 2^31: what a subtraction begins with. */
const MULTIPLE: usize = memory.data<u32>([
  1610518944, 1610611965, 1610612733, 1610612733, 1610612733, 1610612733, 1610612733, 1610612733, 1610612733,
])
const ONE: usize = memory.data<u32>([1, 0, 0, 0, 0, 0, 0, 0, 0])

const SUM: usize = memory.data(108, 16)
const BASE: usize = memory.data(72, 16)
const NEGATED: usize = memory.data(72, 16)
/** The multiples of a digit, and the next digit's first one. */
const ROW: usize = memory.data(1836, 16)
/** Products of their Z, for one inversion instead of many. */
const PRODUCTS: usize = memory.data(612, 16)
const N0: usize = memory.data(36, 16)
const N1: usize = memory.data(36, 16)
const N2: usize = memory.data(36, 16)
const N3: usize = memory.data(36, 16)
const N4: usize = memory.data(36, 16)
const X2: usize = memory.data(36, 16)
const X3: usize = memory.data(36, 16)
const X22: usize = memory.data(36, 16)
const X44: usize = memory.data(36, 16)
const X88: usize = memory.data(36, 16)
const POWER: usize = memory.data(36, 16)

/** out = a · b. Limbs of the factors are below 2^29.3. */
function multiply(out: usize, a: usize, b: usize): void {
  const a0 = load<u32>(a, 0) as u64,
    a1 = load<u32>(a, 4) as u64,
    a2 = load<u32>(a, 8) as u64,
    a3 = load<u32>(a, 12) as u64,
    a4 = load<u32>(a, 16) as u64,
    a5 = load<u32>(a, 20) as u64,
    a6 = load<u32>(a, 24) as u64,
    a7 = load<u32>(a, 28) as u64,
    a8 = load<u32>(a, 32) as u64
  const b0 = load<u32>(b, 0) as u64,
    b1 = load<u32>(b, 4) as u64,
    b2 = load<u32>(b, 8) as u64,
    b3 = load<u32>(b, 12) as u64,
    b4 = load<u32>(b, 16) as u64,
    b5 = load<u32>(b, 20) as u64,
    b6 = load<u32>(b, 24) as u64,
    b7 = load<u32>(b, 28) as u64,
    b8 = load<u32>(b, 32) as u64
  // Columns of 2^261 and above, from the lowest, each cut to a limb.
  let h = a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1
  const t0 = h & LIMB
  h = (h >> 29) + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2
  const t1 = h & LIMB
  h = (h >> 29) + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3
  const t2 = h & LIMB
  h = (h >> 29) + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4
  const t3 = h & LIMB
  h = (h >> 29) + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5
  const t4 = h & LIMB
  h = (h >> 29) + a6 * b8 + a7 * b7 + a8 * b6
  const t5 = h & LIMB
  h = (h >> 29) + a7 * b8 + a8 * b7
  const t6 = h & LIMB
  h = (h >> 29) + a8 * b8
  const t7 = h & LIMB
  const t8 = h >> 29
  // The columns below, with those above folded in.
  let c = a0 * b0 + t0 * FOLD_LOW
  const r0 = c & LIMB
  c = (c >> 29) + a0 * b1 + a1 * b0 + t1 * FOLD_LOW + t0 * FOLD_HIGH
  const r1 = c & LIMB
  c = (c >> 29) + a0 * b2 + a1 * b1 + a2 * b0 + t2 * FOLD_LOW + t1 * FOLD_HIGH
  const r2 = c & LIMB
  c = (c >> 29) + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + t3 * FOLD_LOW + t2 * FOLD_HIGH
  const r3 = c & LIMB
  c = (c >> 29) + a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + t4 * FOLD_LOW + t3 * FOLD_HIGH
  const r4 = c & LIMB
  c = (c >> 29) + a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + t5 * FOLD_LOW + t4 * FOLD_HIGH
  const r5 = c & LIMB
  c = (c >> 29) + a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 + t6 * FOLD_LOW + t5 * FOLD_HIGH
  const r6 = c & LIMB
  c = (c >> 29) + a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + t7 * FOLD_LOW + t6 * FOLD_HIGH
  const r7 = c & LIMB
  c =
    (c >> 29) +
    a0 * b8 +
    a1 * b7 +
    a2 * b6 +
    a3 * b5 +
    a4 * b4 +
    a5 * b3 +
    a6 * b2 +
    a7 * b1 +
    a8 * b0 +
    t8 * FOLD_LOW +
    t7 * FOLD_HIGH
  const r8 = c & LIMB
  c = (c >> 29) + t8 * FOLD_HIGH
  settle(out, c, r0, r1, r2, r3, r4, r5, r6, r7, r8)
}

/** Writes limbs and what is above them, folded in. */
function settle(out: usize, above: u64, r0: u64, r1: u64, r2: u64, r3: u64, r4: u64, r5: u64, r6: u64, r7: u64, r8: u64): void {
  let c = r0 + above * FOLD_LOW
  store<u32>(out, (c & LIMB) as u32)
  c = (c >> 29) + r1 + above * FOLD_HIGH
  store<u32>(out, (c & LIMB) as u32, 4)
  c = (c >> 29) + r2
  store<u32>(out, (c & LIMB) as u32, 8)
  c = (c >> 29) + r3
  store<u32>(out, (c & LIMB) as u32, 12)
  c = (c >> 29) + r4
  store<u32>(out, (c & LIMB) as u32, 16)
  c = (c >> 29) + r5
  store<u32>(out, (c & LIMB) as u32, 20)
  c = (c >> 29) + r6
  store<u32>(out, (c & LIMB) as u32, 24)
  c = (c >> 29) + r7
  store<u32>(out, (c & LIMB) as u32, 28)
  c = (c >> 29) + r8
  store<u32>(out, c as u32, 32)
}

/** out = a · factor + b - minus; 0 in place of an address leaves a number out. The factor is at most 21. */
function combine(out: usize, a: usize, factor: u64, b: usize, minus: usize): void {
  let c: u64 = 0
  for (let i: usize = 0; i < NUMBER; i += 4) {
    c += (load<u32>(a + i) as u64) * factor
    if (b) c += load<u32>(b + i) as u64
    if (minus) c += (load<u32>(MULTIPLE + i) as u64) - (load<u32>(minus + i) as u64)
    store<u32>(out + i, (c & LIMB) as u32)
    c >>= 29
  }
  // What is above 2^261 is a few units: one carry takes them in.
  let low = (load<u32>(out) as u64) + c * FOLD_LOW
  store<u32>(out, (low & LIMB) as u32)
  low = (low >> 29) + (load<u32>(out, 4) as u64) + c * FOLD_HIGH
  store<u32>(out, (low & LIMB) as u32, 4)
  store<u32>(out, (((low >> 29) as u32) + load<u32>(out, 8)) as u32, 8)
}

function add(out: usize, a: usize, b: usize): void {
  combine(out, a, 1, b, 0)
}

function subtract(out: usize, a: usize, b: usize): void {
  combine(out, a, 1, 0, b)
}

/** out = 21 · a: three times the 7 of y² = x³ + 7. */
function times21(out: usize, a: usize): void {
  combine(out, a, 21, 0, 0)
}

function copy(out: usize, from: usize, bytes: usize): void {
  memory.copy(out, from, bytes)
}

/**
 * sum += the affine point at `point`, whatever both are: Renes, Costello and Batina, "Complete addition formulas for prime order elliptic curves" (2016), algorithm 8.
 */
function addAffine(sum: usize, point: usize): void {
  const x = sum,
    y = sum + NUMBER,
    z = sum + 2 * NUMBER,
    px = point,
    py = point + NUMBER
  multiply(N0, x, px)
  multiply(N1, y, py)
  add(N3, px, py)
  add(N4, x, y)
  multiply(N3, N3, N4)
  add(N4, N0, N1)
  subtract(N3, N3, N4)
  multiply(N4, py, z)
  add(N4, N4, y)
  multiply(N2, px, z)
  add(N2, N2, x)
  combine(N0, N0, 3, 0, 0)
  // The coordinates of the sum are not needed any more: they hold what the paper calls t2, Z3 and X3.
  times21(z, z)
  add(x, N1, z)
  subtract(N1, N1, z)
  times21(N2, N2)
  multiply(y, N4, N2)
  multiply(z, N3, N1)
  subtract(y, z, y)
  multiply(N2, N2, N0)
  multiply(N1, N1, x)
  add(N2, N1, N2)
  multiply(N0, N0, N3)
  multiply(x, x, N4)
  add(z, x, N0)
  copy(x, y, NUMBER)
  copy(y, N2, NUMBER)
}

/** sum = 2 · sum: algorithm 9 of the same paper. */
function double(sum: usize): void {
  const x = sum,
    y = sum + NUMBER,
    z = sum + 2 * NUMBER
  multiply(N0, y, y)
  combine(N3, N0, 8, 0, 0)
  multiply(N1, y, z)
  multiply(N2, z, z)
  times21(N2, N2)
  multiply(N4, x, y)
  multiply(x, N2, N3)
  add(y, N0, N2)
  multiply(z, N1, N3)
  combine(N1, N2, 3, 0, 0)
  subtract(N0, N0, N1)
  multiply(y, N0, y)
  add(y, x, y)
  multiply(x, N0, N4)
  add(x, x, x)
}

function squareTimes(out: usize, from: usize, times: i32): void {
  multiply(out, from, from)
  for (let i = 1; i < times; i++) multiply(out, out, out)
}

/** out = 1 / a, by a^(p - 2); 0 for 0. The chain of Bitcoin's libsecp256k1: blocks of ones, whose lengths the names tell. */
function invert(out: usize, a: usize): void {
  multiply(X2, a, a)
  multiply(X2, X2, a)
  multiply(X3, X2, X2)
  multiply(X3, X3, a)
  squareTimes(POWER, X3, 3)
  multiply(POWER, POWER, X3)
  squareTimes(POWER, POWER, 3)
  multiply(POWER, POWER, X3)
  squareTimes(POWER, POWER, 2)
  multiply(POWER, POWER, X2)
  squareTimes(X22, POWER, 11)
  multiply(X22, X22, POWER)
  squareTimes(X44, X22, 22)
  multiply(X44, X44, X22)
  squareTimes(X88, X44, 44)
  multiply(X88, X88, X44)
  squareTimes(POWER, X88, 88)
  multiply(POWER, POWER, X88)
  squareTimes(POWER, POWER, 44)
  multiply(POWER, POWER, X44)
  squareTimes(POWER, POWER, 3)
  multiply(POWER, POWER, X3)
  squareTimes(POWER, POWER, 23)
  multiply(POWER, POWER, X22)
  squareTimes(POWER, POWER, 5)
  multiply(POWER, POWER, a)
  squareTimes(POWER, POWER, 3)
  multiply(POWER, POWER, X2)
  squareTimes(POWER, POWER, 2)
  multiply(out, POWER, a)
}

/** The table of an affine point: for each digit i and each m of 1 … 16 the affine point m · 2^(5i) · P. */
export function makeTable(table: usize, point: usize): void {
  copy(BASE, point, AFFINE)
  for (let i = 0; i < DIGITS; i++) {
    copy(ROW, BASE, AFFINE)
    copy(ROW + AFFINE, ONE, NUMBER)
    let at = ROW
    for (let m = 1; m < MULTIPLES; m++) {
      copy(at + PROJECTIVE, at, PROJECTIVE)
      at += PROJECTIVE
      addAffine(at, BASE)
    }
    copy(at + PROJECTIVE, at, PROJECTIVE)
    double(at + PROJECTIVE)
    toAffine(table)
    copy(BASE, table + MULTIPLES * AFFINE, AFFINE)
    table += MULTIPLES * AFFINE
  }
}

/** Writes the 17 points of ROW as affine ones. None is at infinity: the order of the curve is prime and larger than any of their factors. */
function toAffine(out: usize): void {
  copy(PRODUCTS, ROW + AFFINE, NUMBER)
  for (let i: usize = 1; i <= 16; i++) multiply(PRODUCTS + i * NUMBER, PRODUCTS + (i - 1) * NUMBER, ROW + i * PROJECTIVE + AFFINE)
  invert(N0, PRODUCTS + 16 * NUMBER)
  for (let i: usize = 16; ; i--) {
    const from = ROW + i * PROJECTIVE
    if (i > 0) multiply(N1, N0, PRODUCTS + (i - 1) * NUMBER)
    else copy(N1, N0, NUMBER)
    multiply(N0, N0, from + AFFINE)
    multiply(out + i * AFFINE, from, N1)
    multiply(out + i * AFFINE + NUMBER, from + NUMBER, N1)
    if (i === 0) return
  }
}

/** SUM += the multiple of a table's point by 32 little-endian bytes. */
function addMultiple(table: usize, multiplier: usize): void {
  let carry: i32 = 0
  for (let i = 0; i < DIGITS; i++) {
    const bit = i * WINDOW
    const byte = bit >> 3
    const low = load<u8>(multiplier + byte) as i32
    const high: i32 = byte < 31 ? (load<u8>(multiplier + byte + 1) as i32) : 0
    let digit = (((low | (high << 8)) >> (bit & 7)) & 31) + carry
    carry = digit > MULTIPLES ? 1 : 0
    digit -= carry << WINDOW
    if (digit > 0) addAffine(SUM, table + ((digit - 1) as usize) * AFFINE)
    else if (digit < 0) {
      const point = table + ((-digit - 1) as usize) * AFFINE
      copy(NEGATED, point, NUMBER)
      combine(NEGATED + NUMBER, ONE, 0, 0, point + NUMBER)
      addAffine(SUM, NEGATED)
    }
    table += (MULTIPLES as usize) * AFFINE
  }
}

/** out = the affine point a · A + b · B of the points with these tables, multipliers as 32 little-endian bytes; x = y = 0 modulo p at infinity. */
export function sumOfMultiples(out: usize, tableA: usize, a: usize, tableB: usize, b: usize): void {
  memory.fill(SUM, 0, PROJECTIVE)
  store<u32>(SUM + NUMBER, 1)
  addMultiple(tableA, a)
  addMultiple(tableB, b)
  invert(N0, SUM + 2 * NUMBER)
  multiply(out, SUM, N0)
  multiply(out + NUMBER, SUM + NUMBER, N0)
}
