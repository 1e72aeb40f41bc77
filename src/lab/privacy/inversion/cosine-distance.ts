import type { Values } from '../network/index.ts'

/**
 * 1 − cos of the angle between what an attacker's images would give and what was seen (Geiping et al. 2020: the length of a gradient says how well the model is trained, and
 * its direction what it was trained on).
 *
 * @returns the distance, and its gradient by `made`; a vector of length 0 has distance 1 from everything
 */
export function cosineDistance(made: Values, seen: Values): { distance: number; gradient: Values } {
  let [product, madeSquare, seenSquare] = [0, 0, 0]
  for (let k = 0; k < made.length; k++) {
    product += made[k]! * seen[k]!
    madeSquare += made[k]! ** 2
    seenSquare += seen[k]! ** 2
  }
  const gradient = new Float64Array(made.length)
  if (madeSquare === 0 || seenSquare === 0) return { distance: 1, gradient }
  const lengths = Math.sqrt(madeSquare * seenSquare)
  const cosine = product / lengths
  for (let k = 0; k < made.length; k++) gradient[k] = (cosine * made[k]!) / madeSquare - seen[k]! / lengths
  return { distance: 1 - cosine, gradient }
}
