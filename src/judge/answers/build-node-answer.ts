import { COURT_LEVELS, toHex } from '../../protocol/index.ts'
import type { CourtTarget } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { CourtAnswer } from './court-answer.ts'
import { treeLevels, treeNode, treePath } from '../tree-levels.ts'

/** The descendants of a node, up to five levels below it. */
export function buildNodeAnswer(parts: ClaimParts, target: CourtTarget): CourtAnswer {
  const levels = treeLevels(parts, target.tree)
  const below = Math.min(COURT_LEVELS, target.depth - target.level)
  const index = Number(target.index)
  const nodes = Array.from({ length: 2 ** below }, (_, k) =>
    toHex(treeNode(levels, target.level + below, index * 2 ** below + k)),
  )
  return { functionName: 'answerNode', args: [target, nodes, treePath(levels, target.level, index)] }
}
