/** A part of the grid. All parts together are the whole grid. */
export interface Shard {
  index: number
  count: number
}

/** Every `count`-th cell from the `index`-th (1…count) on. */
export function cellsOfShard<T>(cells: readonly T[], { index, count }: Shard): T[] {
  return cells.filter((_, i) => i % count === index - 1)
}
