import { SEGMENT } from '../src/protocol/index.ts'

/** Seeded 32-bit numbers (xorshift). */
export function randomInts(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/**
 * Updates that agree up to noise, like those of a round: int8 in shared memory, so that threads read them where they are.
 *
 * @param length coordinates of a row
 */
export function updatesOf(count: number, length: number, seed = 1): Int8Array[] {
  const next = randomInts(seed)
  const common = Int8Array.from({ length }, () => (next() % 61) - 30)
  return Array.from({ length: count }, () => {
    const row = new Int8Array(new SharedArrayBuffer(length))
    for (let k = 0; k < length; k++) row[k] = common[k]! + (next() % 121) - 60
    return row
  })
}

/** The next whole number of segments. */
export function padded(length: number): number {
  return Math.ceil(length / SEGMENT) * SEGMENT
}
