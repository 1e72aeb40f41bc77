import { sumNode } from '../../aggregation/index.ts'
import type { SumNode } from '../../aggregation/index.ts'
import { COURT_LEVELS } from '../../protocol/index.ts'
import type { CourtTarget } from '../../protocol/index.ts'
import { missingNode, sumLevels } from '../claim-parts.ts'
import type { PairSums, SumChildren } from '../claim-parts.ts'
import { childrenOf } from '../proofs/openings.ts'
import type { CourtAnswer } from './court-answer.ts'

/**
 * A node of a pair's sum tree with up to five levels below it, and the path from the root to the node.
 *
 * @param sums of the pair whose root hash is the target's root
 */
export function buildSumsAnswer(sums: PairSums, target: CourtTarget): CourtAnswer {
  return answer(sumLevels(sums), target)
}

/**
 * The same of a row's own sum tree, which hangs on the left of the node that `reasonArg` hashes.
 *
 * @param sums of the row whose `reasonArg` is the target's root
 */
export function buildOwnSumsAnswer(sums: PairSums, target: CourtTarget): CourtAnswer {
  const levels = sumLevels(sums)
  const [root, nothing] = [levels.at(-1)![0]!, missingNode(0)]
  return answer([...levels.slice(0, -1), [root, nothing], [sumNode(root, nothing)]], target)
}

function answer(levels: readonly SumNode[][], target: CourtTarget): CourtAnswer {
  const top = levels.length - 1
  const { level } = target
  const index = Number(target.index)
  const node = (height: number, i: number): SumNode => levels[height]![i] ?? missingNode(height)
  const children = (distance: number, i: number): SumChildren =>
    childrenOf(node(top - distance - 1, 2 * i), node(top - distance - 1, 2 * i + 1))
  const chain = Array.from({ length: level }, (_, k) => children(k, Math.floor(index / 2 ** (level - k))))
  const nodes: SumChildren[] = []
  for (let k = 0; k < Math.min(COURT_LEVELS, target.depth - level); k++) {
    for (let j = 0; j < 2 ** k; j++) nodes.push(children(level + k, index * 2 ** k + j))
  }
  return { functionName: 'answerSums', args: [target, chain, nodes] }
}
