import type { Words } from './secret-random.ts'

/** Lower and upper bounds of the distribution function in units of 2^−bits: `low[k] ≤ 2^bits · P(X ≤ k) ≤ high[k]`. */
interface Bounds {
  low: (k: number) => bigint
  high: (k: number) => bigint
}

/** A mean is a whole number of these parts. */
const PARTS = 2n ** 17n
/** Bits beyond those of a word, in which bounds are computed. */
const GUARD = 64
const WORD = 32
const LAST_WORD = 2 ** WORD - 1

/**
 * Draws from a Poisson distribution without any error: every probability is exactly `e^−λ λ^k / k!`, whatever floating point is. A word decides among intervals of
 * the distribution function; where it falls on a border (once in some hundred million draws), more words decide, against bounds in integers that become as fine as needed.
 *
 * @param parts λ in units of 2^−17
 * @param words of a generator for cryptography
 * @example const draw = exactPoisson(20n * 2n ** 17n, secretWords())
 */
export function exactPoisson(parts: bigint, words: Words): () => number {
  const borders = bordersOf(parts)
  const guide = guideOf(borders)
  return () => {
    const word = words()
    let k = guide[word >>> GUIDE_SHIFT]!
    while (word > borders[k]!) k++
    return word < borders[k]! ? k : refine(parts, word, words)
  }
}

/** floor(2^32 · P(X ≤ k)) by k, up to the largest word: whatever is drawn there is decided by more words. */
function bordersOf(parts: bigint): number[] {
  for (let guard = GUARD; ; guard += WORD) {
    const { low, high } = boundsOf(parts, WORD + guard)
    const borders: number[] = []
    while ((borders.at(-1) ?? 0) < LAST_WORD) {
      const [border, above] = [low(borders.length) >> BigInt(guard), high(borders.length) >> BigInt(guard)]
      // P(X ≤ k) has infinitely many digits, so bounds that are fine enough have one border.
      if (border !== above) break
      borders.push(Number(border))
    }
    if ((borders.at(-1) ?? 0) >= LAST_WORD) return borders
  }
}

/** Upper bits of a word that lead into the table. */
const GUIDE_SHIFT = WORD - 10

/** The least value that a word with these upper bits can give. */
function guideOf(borders: readonly number[]): Uint32Array {
  let k = 0
  return Uint32Array.from({ length: 2 ** (WORD - GUIDE_SHIFT) }, (_, upper) => {
    while (upper * 2 ** GUIDE_SHIFT > borders[k]!) k++
    return k
  })
}

/** The draw whose first word is on a border: the least k with U < P(X ≤ k), for a number U of as many words as it takes. */
function refine(parts: bigint, first: number, words: Words): number {
  let [drawn, bits] = [BigInt(first), WORD]
  for (;;) {
    const { low, high } = boundsOf(parts, bits + GUARD)
    const [least, most] = [drawn << BigInt(GUARD), (drawn + 1n) << BigInt(GUARD)]
    let k = 0
    // Whatever follows, U is not below P(X ≤ k).
    while (least >= high(k)) k++
    if (most <= low(k)) return k
    drawn = (drawn << BigInt(WORD)) | BigInt(words())
    bits += WORD
  }
}

/**
 * P(X ≤ k) = Σ_{j ≤ k} t_j / Σ t_j with t_j = λ^j / j!: two sums of integers, one rounded down at each step and one rounded up.
 */
function boundsOf(parts: bigint, bits: number): Bounds {
  const one = 1n << BigInt(bits)
  const lower = [one]
  const upper = [one]
  let [low, high] = [one, one]
  // From j ≥ 2 λ on each term is at most half of the one before, so all that follow are together at most the last one.
  for (let j = 1n; j * PARTS < 2n * parts || high > 1n; j++) {
    low = (low * parts) / (PARTS * j)
    high = (high * parts + PARTS * j - 1n) / (PARTS * j)
    lower.push(lower.at(-1)! + low)
    upper.push(upper.at(-1)! + high)
  }
  const [least, most] = [lower.at(-1)!, upper.at(-1)! + high]
  const at = (sums: readonly bigint[], k: number): bigint => sums[Math.min(k, sums.length - 1)]!
  return {
    low: (k) => (at(lower, k) * one) / most,
    high: (k) => (k >= upper.length - 1 ? one : (at(upper, k) * one + least - 1n) / least),
  }
}
