import { isAdmitted, ZERO_HASH } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildCopyProof } from '../proofs/prove-members.ts'

/** Two rows of one update root, one of them admitted: the protocol refuses equal updates, all of them. */
export function checkCopies(posted: ClaimParts): JudgeProof | undefined {
  const first = new Map<Hash, number>()
  for (const [i, { updateRoot, verdict }] of posted.rows.entries()) {
    if (updateRoot === ZERO_HASH) continue
    const other = first.get(updateRoot)
    if (other === undefined) first.set(updateRoot, i)
    else if (isAdmitted(verdict) || isAdmitted(posted.rows[other]!.verdict)) return buildCopyProof(posted, other, i)
  }
  return undefined
}
