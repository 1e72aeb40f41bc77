import { equalBytes, fromHex, ZERO_HASH } from '../../protocol/index.ts'
import { missingNode, sumLevels } from '../claim-parts.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { OpenedClaim } from './opened-claim.ts'

/**
 * Where a pair's sum tree goes wrong: `node` is not the sum of its children, `segment` is not the inner product or has
 * something below it, `end` is a leaf where a node belongs; or the data that must be opened first. Levels count from
 * the segments (0), as in proofs; in `ask` from the root, as the court counts.
 */
export type WrongSum = { kind: 'node' | 'segment' | 'end' | 'ask'; level: number; index: number }

/**
 * Goes down the sum tree of a pair whose leaf is not the right one, towards the first sum that is not.
 *
 * @param place of the pair, which was opened
 */
export function searchPair(expected: ClaimParts, opened: OpenedClaim, place: number): WrongSum {
  const right = sumLevels(expected.gram[place]!)
  const depth = right.length - 1
  const pair = opened.pairs.get(place)!
  let [hash, sum, index] = [pair.hash, pair.product, 0]
  for (let distance = 0; distance < depth; distance++) {
    const level = depth - distance
    if (hash === ZERO_HASH) return { kind: 'end', level, index }
    const children = opened.sums(pair.hash, distance, index)
    if (!children) return { kind: 'ask', level: distance, index }
    const { leftHash, leftSum, rightHash, rightSum } = children
    // The contract adds as int256.
    if (BigInt.asIntN(256, leftSum + rightSum) !== sum) return { kind: 'node', level, index }
    const [left, other] = [0, 1].map((side) => right[level - 1]![2 * index + side] ?? missingNode(level - 1))
    // A wrong sum comes from a wrong sum below it; only under right ones a hash alone leads on.
    const wrongLeft = BigInt(left!.sum) !== leftSum
    const goLeft = wrongLeft || (BigInt(other!.sum) === rightSum && !equalBytes(left!.hash, fromHex(leftHash)))
    index = 2 * index + (goLeft ? 0 : 1)
    hash = goLeft ? leftHash : rightHash
    sum = goLeft ? leftSum : rightSum
  }
  return { kind: 'segment', level: 0, index }
}
