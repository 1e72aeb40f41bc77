import { QuorateError } from '../../core/index.ts'
import { membersLevels, merkleProof, sameAddress, toHex } from '../../protocol/index.ts'
import type { Address, Hash, MemberLeaf } from '../../protocol/index.ts'
import { rowsFromEvidence } from '../../replay/index.ts'
import type { PlacedClaim } from '../licences/claim-of-round.ts'

/** A member's row of a claim, with the path that shows it. */
export interface RowProof {
  leaf: MemberLeaf
  row: number
  /** Seven siblings, from the leaf up. */
  proof: Hash[]
}

/**
 * Finds a member's row in the members tree that a claim commits to.
 *
 * @param evidence folder of any node, with `<task>/<round>/`; it need not be trusted
 * @param specHash as the chain names it
 * @throws QuorateError EVIDENCE_MISSING, NOTHING_TO_CLAIM for a member without a row
 */
export async function rowProof(
  evidence: string,
  { task, round, claim }: PlacedClaim,
  { member, specHash }: { member: Address; specHash: Hash },
): Promise<RowProof> {
  const rows = await rowsFromEvidence(evidence, { task, round, specHash, claim })
  if (rows === undefined)
    throw new QuorateError('EVIDENCE_MISSING', `${evidence} has no rows of round ${round} of task ${task} that fit the chain`)
  const row = rows.findIndex((one) => sameAddress(one.member, member))
  if (row === -1) throw new QuorateError('NOTHING_TO_CLAIM', `${member} has no row in round ${round} of task ${task}`)
  return { leaf: rows[row]!, row, proof: merkleProof(membersLevels(rows), row).map(toHex) }
}
