import { CourtTree } from '../../protocol/index.ts'
import type { Claim } from '../../protocol/index.ts'
import type { ClaimParts, PostedPair } from '../claim-parts.ts'
import { treeLevels } from '../tree-levels.ts'
import type { KnownRows } from './known-rows.ts'
import type { OpenedClaim } from './opened-claim.ts'

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
    posted: { claim, levels: levelsOf, pairs },
  }
}
