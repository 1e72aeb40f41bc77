import { randomFillSync } from 'node:crypto'

/** A source of numbers in [0, 1) with 53 random bits each. */
export type Unit = () => number

/** A source of 32-bit words, each from 0 to 2^32 − 1. */
export type Words = () => number

/** Bytes taken from the system at a time: a call of its own for each number would cost more than the number. */
const POOL = 65_536

/**
 * Words from the cryptographic generator of the system. Who knew the noise of an update, or which records its batches had, would see through it. So
 * nothing here has a seed, and two runs never give the same words.
 */
export function secretWords(): Words {
  const pool = new Uint32Array(POOL / Uint32Array.BYTES_PER_ELEMENT)
  let next = pool.length
  return () => {
    if (next === pool.length) {
      randomFillSync(pool)
      next = 0
    }
    const word = pool[next]!
    // Words that were used stay nowhere.
    pool[next++] = 0
    return word
  }
}

/**
 * Numbers from `secretWords`.
 *
 * @example
 * const unit = secretUnits()
 * if (unit() < rate) …
 */
export function secretUnits(): Unit {
  const word = secretWords()
  return () => {
    const high = word() >>> 5
    const low = word() >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }
}
