/** `0 … count - 1` in at most `parts` ranges `[from, to)` of nearly one length, none empty. */
export function ranges(count: number, parts: number): [number, number][] {
  const some = Math.max(1, Math.min(count, parts))
  return Array.from({ length: some }, (_, k): [number, number] => [
    Math.floor((k * count) / some),
    Math.floor(((k + 1) * count) / some),
  ]).filter(([from, to]) => to > from)
}
