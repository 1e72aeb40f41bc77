import type { Values } from '../network/index.ts'

/**
 * 1 − cos of the angle between what an attacker's images would give and what was seen (Geiping et al. 2020: the length of a gradient says how well the model is trained, and
 * its direction what it was trained on).
 *
 * @returns the distance, and its gradient by `made`; a vector of length 0 has distance 1 from everything
 */
export function cosineDistance(made: Values, seen: Values): { distance: number; gradient: Values } {
  const { cosine, madeSquare, lengths } = compare(made, seen)
  const gradient = new Float64Array(made.length)
  if (lengths === 0) return { distance: 1, gradient }
  for (let k = 0; k < made.length; k++) gradient[k] = (cosine * made[k]!) / madeSquare - seen[k]! / lengths
  return { distance: 1 - cosine, gradient }
}

/** Cosine of the angle between two vectors; 0 for a vector of length 0. */
export function cosineOf(one: Values, other: Values): number {
  return compare(one, other).cosine
}

function compare(made: Values, seen: Values): { cosine: number; madeSquare: number; lengths: number } {
  let [product, madeSquare, seenSquare] = [0, 0, 0]
  for (let k = 0; k < made.length; k++) {
    product += made[k]! * seen[k]!
    madeSquare += made[k]! ** 2
    seenSquare += seen[k]! ** 2
  }
  const lengths = Math.sqrt(madeSquare * seenSquare)
  return { cosine: lengths === 0 ? 0 : product / lengths, madeSquare, lengths }
}
