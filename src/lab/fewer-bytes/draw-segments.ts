import { createRandom } from '../../training/index.ts'

/**
 * The segments that a round carries: ⌈of / share⌉ of them, drawn anew each round, the same for all members.
 *
 * @param of segments of the model
 * @param share the round carries one of this many
 * @example drawSegments({ of: 13, share: 8, seed: 1, round: 5 }).filter(Boolean).length // 2
 */
export function drawSegments({ of, share, seed, round }: { of: number; share: number; seed: number; round: number }): boolean[] {
  const random = createRandom(seed, 'segments', round)
  const lots = Array.from({ length: of }, (_, segment) => ({ segment, lot: random.unit() })).toSorted((a, b) => a.lot - b.lot)
  const drawn = new Set(lots.slice(0, Math.ceil(of / share)).map(({ segment }) => segment))
  return Array.from({ length: of }, (_, segment) => drawn.has(segment))
}
