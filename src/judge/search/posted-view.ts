import { CourtTree } from '../../protocol/index.ts'
import type { SumNode } from '../../aggregation/index.ts'
import type { Claim, MemberLeaf } from '../../protocol/index.ts'
import { missingNode, reasonArgOf, sumLevels, sumsOf } from '../claim-parts.ts'
import type { ClaimParts, PostedNodes, PostedPair } from '../claim-parts.ts'
import { segmentNorms } from '../members/index.ts'
import { childrenOf } from '../proofs/openings.ts'
import { treeLevels } from '../tree-levels.ts'
import type { KnownRows } from './known-rows.ts'
import type { OpenedClaim } from './opened-claim.ts'

/** Opened nodes of rows' own sum trees; all of them where the row commits to the tree that its update has. */
function ownSumsIn(expected: ClaimParts, opened: OpenedClaim, { rows }: KnownRows): PostedNodes['ownSums'] {
  const right = new Map<number, SumNode[][] | undefined>()
  return (row, distance, index) => {
    const { reasonArg } = rows[row]!
    const seen = opened.sums(reasonArg, distance, index)
    if (seen) return seen
    if (!right.has(row)) right.set(row, ownTree(expected, rows, row))
    const tree = right.get(row)
    if (!tree) return undefined
    const height = tree.length - 1 - distance
    if (distance === 0) return childrenOf(tree.at(-1)![0]!, missingNode(0))
    return childrenOf(tree[height]![2 * index] ?? missingNode(height), tree[height]![2 * index + 1] ?? missingNode(height))
  }
}

function ownTree(expected: ClaimParts, rows: readonly MemberLeaf[], row: number): SumNode[][] | undefined {
  const { updateRoot, reasonArg } = rows[row]!
  if (!expected.updates.get(updateRoot)) return undefined
  const sums = sumsOf(segmentNorms({ rows: [...rows], updates: expected.updates }, row))
  return reasonArgOf(sums) === reasonArg ? sumLevels(sums) : undefined
}

/**
 * A posted claim for the builders of proofs: the honest claim, with opened data in its place. Only what leads to the
 * opened leaves is sure to be the operator's.
 *
 * @param expected the claim as it should be
 */
export function postedView(claim: Claim, expected: ClaimParts, opened: OpenedClaim, rows: KnownRows): ClaimParts {
  const done = new Map<CourtTree, Uint8Array[][]>()
  const base = (tree: CourtTree): Uint8Array[][] => {
    if (tree === CourtTree.members) return rows.levels
    const levels = treeLevels(expected, tree)
    // A trace may have been posted at another depth.
    const depth = tree === CourtTree.trace ? opened.stakes?.path.length : undefined
    return depth === undefined || depth === levels.length - 1 ? levels : Array.from({ length: depth + 1 }, () => [])
  }
  const levelsOf = (tree: CourtTree): Uint8Array[][] => {
    const levels = done.get(tree) ?? opened.tree(tree).over(base(tree))
    done.set(tree, levels)
    return levels
  }
  const pairs = new Map(
    [...opened.pairs].map(([place, pair]): [number, PostedPair] => [
      place,
      { ...pair, children: (distance, index) => opened.sums(pair.hash, distance, index) },
    ]),
  )
  const stakes = opened.trace.get(0)
  return {
    ...expected,
    rows: rows.rows,
    trace: stakes ? [stakes, ...expected.trace.slice(1)] : expected.trace,
    evidence: claim.evidence,
    ledgerTotal: claim.ledgerTotal,
    members: claim.members,
    posted: { claim, levels: levelsOf, pairs, ownSums: ownSumsIn(expected, opened, rows) },
  }
}
