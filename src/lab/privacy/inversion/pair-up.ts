import type { Values } from '../network/index.ts'
import { meanSquaredError, structuralSimilarity } from './similarity.ts'

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
  const pairOf = (original: Values, image: Values): Pair => ({
    original,
    recovered: image,
    similarity: structuralSimilarity(original, image),
    error: meanSquaredError(original, image),
  })
  const best = (pairs: Pair[]): Pair => pairs.reduce((a, b) => (b.similarity > a.similarity ? b : a))
  return originals.length <= recovered.length
    ? originals.map((original) => best(recovered.map((image) => pairOf(original, image))))
    : recovered.map((image) => best(originals.map((original) => pairOf(original, image))))
}
