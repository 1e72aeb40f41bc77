import type { Values } from '../network/index.ts'

/** Under a difference that no eye sees the norm is smooth, and its gradient finite. */
const SMOOTH = 1e-6

/**
 * Total variation of a square image (Rudin, Osher, Fatemi 1992): the mean length of the difference to the next pixel below and to the right. Pictures have little of it,
 * noise much.
 *
 * @returns the variation, and its gradient by the pixels
 */
export function totalVariation(image: Values): { variation: number; gradient: Values } {
  const side = Math.sqrt(image.length)
  const gradient = new Float64Array(image.length)
  let sum = 0
  for (let y = 0; y + 1 < side; y++) {
    for (let x = 0; x + 1 < side; x++) {
      const at = y * side + x
      const right = image[at + 1]! - image[at]!
      const down = image[at + side]! - image[at]!
      const length = Math.sqrt(right ** 2 + down ** 2 + SMOOTH)
      sum += length
      gradient[at + 1]! += right / length / image.length
      gradient[at + side]! += down / length / image.length
      gradient[at]! -= (right + down) / length / image.length
    }
  }
  return { variation: sum / image.length, gradient }
}
