/** Shares of stake are counted in basis points of a unit, so that F of it is a whole number. */
export const BPS = 10_000n

/**
 * How much of each stake stays when the first rows lose `out` basis points of a unit together: `10000 s_j`, less what is taken away from the first on.
 * The row at the border stays in part.
 *
 * @param ordered stakes, those that lose theirs first in front
 * @example staying([2n, 3n], 25_000n) // [0n, 25_000n]
 */
export function staying(ordered: readonly bigint[], out: bigint): bigint[] {
  return without(
    ordered.map((stake) => stake * BPS),
    out,
  )
}

/**
 * The same when the last rows lose as much.
 *
 * @example between([2n, 3n, 1n], 15_000n) // [5_000n, 25_000n, 0n]
 */
export function between(ordered: readonly bigint[], out: bigint): bigint[] {
  return without(staying(ordered, out).toReversed(), out).toReversed()
}

function without(amounts: readonly bigint[], out: bigint): bigint[] {
  let left = out
  return amounts.map((amount) => {
    const part = amount > left ? amount - left : 0n
    left -= amount - part
    return part
  })
}
