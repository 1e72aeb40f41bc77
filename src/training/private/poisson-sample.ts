import type { Unit } from './secret-random.ts'

/**
 * Draws a batch: each record is in it with the same chance, whatever the others are. The batch has any size, also none. Accountants of subsampled
 * noise count on this; batches of a shuffled epoch give less privacy than they would say.
 *
 * @param count records
 * @param rate chance of each, 0…1
 * @returns numbers of the drawn records, ascending
 * @example poissonSample(1000, 0.05, secretUnits())
 */
export function poissonSample(count: number, rate: number, unit: Unit): Uint32Array {
  const drawn: number[] = []
  for (let record = 0; record < count; record++) if (unit() < rate) drawn.push(record)
  return Uint32Array.from(drawn)
}
