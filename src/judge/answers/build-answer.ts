import { claimHash, CourtKind, CourtTree, equalBytes, fromHex } from '../../protocol/index.ts'
import type { CourtTarget } from '../../protocol/index.ts'
import { sealParts, sumLevels } from '../claim-parts.ts'
import type { ClaimParts } from '../claim-parts.ts'
import { buildChunkAnswer } from './build-chunk-answer.ts'
import { buildLeafAnswer, buildStakesAnswer } from './build-leaf-answer.ts'
import { buildNodeAnswer } from './build-node-answer.ts'
import { buildRowsAnswer } from './build-rows-answer.ts'
import type { EvidenceOf } from './build-rows-answer.ts'
import { buildOwnSumsAnswer, buildSumsAnswer } from './build-sums-answer.ts'
import type { CourtAnswer } from './court-answer.ts'

/**
 * The answer to a request about a claim that `parts` open.
 *
 * @param evidenceOf signatures of a member and the salt of its commitment, from the round record
 * @returns undefined when the parts are of another claim or lack the requested data
 */
export function buildAnswer(parts: ClaimParts, target: CourtTarget, evidenceOf: EvidenceOf): CourtAnswer | undefined {
  if (parts.task !== target.task || parts.round !== target.round) return undefined
  if (claimHash(parts.task, parts.round, sealParts(parts)) !== target.claimHash) return undefined
  switch (target.kind) {
    case CourtKind.stakes:
      return parts.trace.length > 0 ? buildStakesAnswer(parts, target) : undefined
    case CourtKind.node:
      return buildNodeAnswer(parts, target)
    case CourtKind.leaf: {
      const row = target.tree === CourtTree.members ? parts.rows[Number(target.index)] : undefined
      return row ? buildRowsAnswer(parts, target, evidenceOf) : buildLeafAnswer(parts, target)
    }
    case CourtKind.rows:
      return buildRowsAnswer(parts, target, evidenceOf)
    case CourtKind.chunk: {
      const update = parts.updates.get(target.root)
      return update && buildChunkAnswer(update, target)
    }
    case CourtKind.sums: {
      if (target.tree === CourtTree.members) {
        const own = [...parts.norms].find(([row]) => parts.rows[row]!.reasonArg === target.root)
        return own && buildOwnSumsAnswer(own[1], target)
      }
      const root = fromHex(target.root)
      const sums = parts.gram.find((pair) => equalBytes(sumLevels(pair).at(-1)![0]!.hash, root))
      return sums && buildSumsAnswer(sums, target)
    }
  }
}
