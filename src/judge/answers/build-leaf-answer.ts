import { encodeAbiParameters, encodePacked } from 'viem'
import { concat, CourtTree, toHex } from '../../protocol/index.ts'
import type { CourtTarget, Hash, Hex } from '../../protocol/index.ts'
import { sumLevels } from '../claim-parts.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { CourtAnswer } from './court-answer.ts'
import { treeLevels, treePath } from '../tree-levels.ts'

/** The first leaf of the trace: the stakes of the admitted rows. */
export function buildStakesAnswer(parts: ClaimParts, target: CourtTarget): CourtAnswer {
  const levels = treeLevels(parts, CourtTree.trace)
  return { functionName: 'answerStakes', args: [target, parts.trace[0]!.words, treePath(levels, levels.length - 1, 0)] }
}

/** The preimage of a leaf of the gram, trace, transition or ledger tree; `0x` for an empty leaf of any. */
export function buildLeafAnswer(parts: ClaimParts, target: CourtTarget): CourtAnswer {
  return { functionName: 'answerLeaf', args: [target, preimage(parts, target), pathOf(parts, target)] }
}

function pathOf(parts: ClaimParts, target: CourtTarget): Hash[] {
  return treePath(treeLevels(parts, target.tree), target.level, Number(target.index))
}

function preimage(parts: ClaimParts, { tree, index }: CourtTarget): Hex {
  const at = Number(index)
  switch (tree) {
    case CourtTree.gram: {
      const root = parts.gram[at] && sumLevels(parts.gram[at]).at(-1)![0]!
      return root
        ? encodeAbiParameters(
            [{ type: 'bytes32' }, { type: 'int256' }, { type: 'uint256' }],
            [toHex(root.hash), BigInt(root.sum), index],
          )
        : '0x'
    }
    case CourtTree.trace: {
      const leaf = parts.trace[at]
      return leaf ? encodePacked(['uint32', 'uint32', 'int256[]'], [leaf.kind, leaf.index, leaf.words]) : '0x'
    }
    case CourtTree.transition: {
      const words = parts.transition[at]
      return words ? toHex(concat(words)) : '0x'
    }
    case CourtTree.ledger: {
      const leaf = parts.ledger.get(at)
      return leaf ? encodeAbiParameters(LEDGER_LEAF, [leaf.member, leaf.reward, leaf.strikes, leaf.reputation, leaf.extra]) : '0x'
    }
    default:
      return '0x'
  }
}

const LEDGER_LEAF = [
  { type: 'address' },
  { type: 'uint128' },
  { type: 'uint32' },
  { type: 'uint32' },
  { type: 'bytes32' },
] as const
