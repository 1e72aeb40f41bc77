import { norm, scaled } from '../vectors.ts'
import type { CoalitionContext } from './coalition-attack.ts'

/** Length of an update before a round has shown one: root mean square of a hundredth per parameter. */
const FIRST = 0.01

/** The median length of the last round's rows; before there is one, that of the coalition's own updates. */
export function usualLength({ history, own, layout }: Pick<CoalitionContext, 'history' | 'own' | 'layout'>): number {
  const last = history.ago(1)
  const rows = last ? last.slots.flatMap((slot) => last.row(slot) ?? []) : own
  const lengths = rows
    .map(norm)
    .filter((length) => length > 0)
    .toSorted((a, b) => a - b)
  return lengths[(lengths.length - 1) >> 1] ?? FIRST * Math.sqrt(layout.parameters)
}

/** The vector at a length; a zero vector stays zero. */
export function atLength(vector: Float32Array, length: number): Float32Array {
  const now = norm(vector)
  return now > 0 ? scaled(vector, length / now) : vector
}
