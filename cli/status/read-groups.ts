import { isQuorateError } from '../../src/core/index.ts'
import type { Claim, Hash } from '../../src/protocol/index.ts'
import { cosinesFromEvidence } from '../../src/replay/index.ts'
import type { RoundCosines } from '../../src/replay/index.ts'
import { memberGroups } from './member-groups.ts'
import type { MemberGroups } from './member-groups.ts'

/** Newest rounds that are looked at. */
const ROUNDS = 20

/**
 * Groups of members from the newest rounds whose leaves a folder of evidence holds. Nodes delete the leaves of final rounds.
 *
 * @throws QuorateError SPEC_MISMATCH, OPENING_MALFORMED, OPENING_MISMATCH
 */
export async function readGroups(
  folder: string,
  source: { task: bigint; specHash: Hash; claims: readonly { round: bigint; claimHash: Hash; claim: Claim }[] },
): Promise<MemberGroups> {
  const found: RoundCosines[] = []
  for (const { round } of source.claims.toReversed()) {
    if (found.length === ROUNDS) break
    const cosines = await cosinesFromEvidence(folder, { ...source, round }).catch((error: unknown) => {
      if (isQuorateError(error, 'EVIDENCE_MISSING')) return undefined
      throw error
    })
    if (cosines) found.unshift(cosines)
  }
  return memberGroups(found)
}
