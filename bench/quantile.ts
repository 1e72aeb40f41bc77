/**
 * The value below which a share of the others lies: one of the values, and never between two.
 *
 * @param share 0…1
 * @example quantile([3, 1, 2], 0.5) // 2
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))]!
}

/** The middle value; of an even number of values the lower one. */
export const median = (values: readonly number[]): number => quantile(values, 0.5)
