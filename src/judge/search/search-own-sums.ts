import { equalBytes, fromHex, Reason, ZERO_HASH } from '../../protocol/index.ts'
import type { MemberLeaf } from '../../protocol/index.ts'
import { missingNode, reasonArgOf, sumLevels, sumsOf } from '../claim-parts.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { segmentNorms } from '../members/index.ts'
import { openMember } from '../proofs/openings.ts'
import { buildOwnNodeProof, buildOwnSegmentProof } from '../proofs/prove-reason.ts'
import type { SearchResult, SearchState } from './search-state.ts'

/** The own sum trees of rows that are inadmissible for their norm, as far as these rows are known. undefined when they are right. */
export function searchOwnSums(s: SearchState, view: ClaimParts): SearchResult | undefined {
  for (const [i, row] of view.rows.entries()) {
    if (row.reason !== Reason.norm || row.updateRoot === ZERO_HASH || !s.rows.holds(i)) continue
    const found = searchRow(s, view, i, row)
    if (found) return found
  }
  return undefined
}

/** Goes down the tree that the row commits to, towards the first sum that is not the update's. */
function searchRow(s: SearchState, view: ClaimParts, i: number, { updateRoot, reasonArg }: MemberLeaf): SearchResult | undefined {
  if (!view.updates.get(updateRoot)) return undefined
  const sums = sumsOf(segmentNorms(view, i))
  const right = sumLevels(sums)
  const depth = right.length - 1
  const { minNormSq, maxNormSq } = s.honest.spec
  if (reasonArgOf(sums) === reasonArg) {
    const total = BigInt(right[depth]![0]!.sum)
    return total >= minNormSq && total <= maxNormSq ? s.done(buildOwnNodeProof(view, i, depth, 0)) : undefined
  }
  // A tree of one level has nothing but the node above it.
  const ask = (distance: number, index: number): SearchResult =>
    s.ask([{ kind: 'ownSums', member: openMember(view, i), level: depth === 0 ? 0 : Math.max(1, distance), index }])
  const top = s.opened.sums(reasonArg, 0, 0)
  if (!top) return ask(0, 0)
  const inside = top.leftSum >= minNormSq && top.leftSum <= maxNormSq
  if (top.rightHash !== ZERO_HASH || top.rightSum !== 0n || inside) return s.done(buildOwnNodeProof(view, i, depth, 0))
  let [hash, sum, index] = [top.leftHash, top.leftSum, 0]
  for (let distance = 0; distance < depth; distance++) {
    const level = depth - distance
    if (hash === ZERO_HASH) return s.done(buildOwnNodeProof(view, i, level, index))
    const children = s.opened.sums(reasonArg, distance + 1, index)
    if (!children) return ask(distance + 1, index)
    const { leftHash, leftSum, rightHash, rightSum } = children
    if (BigInt.asIntN(256, leftSum + rightSum) !== sum) return s.done(buildOwnNodeProof(view, i, level - 1, 2 * index))
    const [left, other] = [0, 1].map((side) => right[level - 1]![2 * index + side] ?? missingNode(level - 1))
    const wrongLeft = BigInt(left!.sum) !== leftSum
    const goLeft = wrongLeft || (BigInt(other!.sum) === rightSum && !equalBytes(left!.hash, fromHex(leftHash)))
    index = 2 * index + (goLeft ? 0 : 1)
    hash = goLeft ? leftHash : rightHash
    sum = goLeft ? leftSum : rightSum
  }
  if (hash !== ZERO_HASH || index >= right[0]!.length) return s.done(buildOwnNodeProof(view, i, 0, index))
  return s.done(buildOwnSegmentProof(view, i, index))
}
