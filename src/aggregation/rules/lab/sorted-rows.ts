/**
 * Sorts row numbers by value, equal values by rank, in place; insertion sort, since one coordinate's order is a good start for the next and n is at
 * most 128.
 */
export function sortRows(order: Int32Array, values: Int32Array, ranks: readonly number[]): void {
  for (let k = 1; k < order.length; k++) {
    const row = order[k]!
    const value = values[row]!
    let at = k
    for (; at > 0; at--) {
      const other = order[at - 1]!
      if (values[other]! < value || (values[other] === value && ranks[other]! < ranks[row]!)) break
      order[at] = other
    }
    order[at] = row
  }
}
