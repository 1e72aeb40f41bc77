import type { Values } from '../network/index.ts'
import { meanSquaredError, similarityOf, windowed } from './similarity.ts'
import type { Windowed } from './similarity.ts'

export interface Pair {
  original: Values
  recovered: Values
  similarity: number
  error: number
}

/**
 * Pairs of images that are most alike in structure, one for each image of the smaller side. Nobody who has pictures of a patient needs to be told which of them is the
 * patient's.
 */
export function pairUp(originals: readonly Values[], recovered: readonly Values[]): Pair[] {
  const [ones, others] = [originals.map(windowed), recovered.map(windowed)]
  const pairOf = (original: Windowed, image: Windowed): Pair => ({
    original: original.image,
    recovered: image.image,
    similarity: similarityOf(original, image),
    error: meanSquaredError(original.image, image.image),
  })
  const best = (pairs: Pair[]): Pair => pairs.reduce((a, b) => (b.similarity > a.similarity ? b : a))
  return ones.length <= others.length
    ? ones.map((original) => best(others.map((image) => pairOf(original, image))))
    : others.map((image) => best(ones.map((original) => pairOf(original, image))))
}
