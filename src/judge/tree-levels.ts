import { pairLeaf, traceLeafHash } from '../aggregation/index.ts'
import {
  CourtTree,
  depthFor,
  fromHex,
  hashOf,
  ledgerLevels,
  memberLeafHash,
  MEMBERS_DEPTH,
  merkleLevels,
  toHex,
  vectorLevels,
  zeroHash,
} from '../protocol/index.ts'
import type { Hash } from '../protocol/index.ts'
import { sumLevels } from './claim-parts.ts'
import type { ClaimParts } from './claim-parts.ts'

/**
 * All levels of a tree of the claim, leaves first, each without its missing tail. Empty for a reference the task does
 * not have. A level of a claim that was opened on chain may have gaps, because no request asked for those nodes.
 */
export function treeLevels(parts: ClaimParts, tree: CourtTree): Uint8Array[][] {
  return parts.posted?.levels(tree) ?? ownLevels(parts, tree)
}

function ownLevels(parts: ClaimParts, tree: CourtTree): Uint8Array[][] {
  switch (tree) {
    case CourtTree.members:
      return merkleLevels(
        parts.rows.map((row) => fromHex(memberLeafHash(row))),
        MEMBERS_DEPTH,
      )
    case CourtTree.gram: {
      const leaves = parts.gram.map((sums, p) => pairLeaf(sumLevels(sums).at(-1)![0]!, p))
      return merkleLevels(leaves, depthFor(leaves.length))
    }
    case CourtTree.trace:
      return merkleLevels(parts.trace.map(traceLeafHash), depthFor(parts.trace.length))
    case CourtTree.transition:
      return vectorLevels(parts.transition.map((words) => hashOf(...words)))
    case CourtTree.model:
      return vectorLevels(parts.model)
    case CourtTree.reference:
      return parts.reference ? vectorLevels(parts.reference) : []
    case CourtTree.ledger:
      return ledgerLevels(parts.ledger)
  }
}

/**
 * A node by its distance from the root.
 *
 * @param level 0 for the root
 */
export function treeNode(levels: readonly Uint8Array[][], level: number, index: number): Uint8Array {
  const height = levels.length - 1 - level
  return levels[height]![index] ?? zeroHash(height)
}

/** Siblings of that node, from the node up. */
export function treePath(levels: readonly Uint8Array[][], level: number, index: number): Hash[] {
  return Array.from({ length: level }, (_, k) => toHex(treeNode(levels, level - k, Math.floor(index / 2 ** k) ^ 1)))
}
