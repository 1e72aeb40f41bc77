/** Removes the keys that are not wanted any more: what is kept by round or by claim must not grow with the task. */
export function keepOnly<K>(kept: { keys(): IterableIterator<K>; delete(key: K): boolean }, wanted: ReadonlySet<K>): void {
  for (const key of kept.keys()) if (!wanted.has(key)) kept.delete(key)
}
