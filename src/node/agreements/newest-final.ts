/**
 * The newest round of ascending claims that is final. Finality grows from the oldest: a final claim makes all claims
 * before it final. So mostly one question answers, and never more than log₂ of the claims and two.
 *
 * @returns undefined when none is final
 */
export async function newestFinal(
  claims: readonly { round: bigint }[],
  isFinal: (round: bigint) => Promise<boolean>,
): Promise<bigint | undefined> {
  const first = claims[0]
  if (!first || !(await isFinal(first.round))) return undefined
  // INVARIANT: claims below `final` are final, those from `open` on are not.
  let final = 1
  let open = claims.length
  while (final < open) {
    const middle = (final + open) >> 1
    if (await isFinal(claims[middle]!.round)) final = middle + 1
    else open = middle
  }
  return claims[final - 1]!.round
}
