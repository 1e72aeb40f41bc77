import { originals } from '../../aggregation/index.ts'
import { Reason, ZERO_HASH } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildCopyProof } from '../proofs/prove-reason.ts'

/** Rows that share an update root with another and are not refused as copies of the lowest of them, and rows refused as copies that are none. */
export function checkCopies(posted: ClaimParts): JudgeProof | undefined {
  const lowest = originals(posted.rows.map(({ updateRoot }) => (updateRoot === ZERO_HASH ? null : updateRoot)))
  for (const [i, { reason, reasonArg }] of posted.rows.entries()) {
    const right = lowest[i]
    const told = reason === Reason.copy ? Number(BigInt(reasonArg)) : undefined
    if (right === told) continue
    // A row of the same root shows that an original further on, or none, is wrong; the named row shows that it has another root.
    return buildCopyProof(posted, i, right === undefined || (told !== undefined && told < right) ? told! : right)
  }
  return undefined
}
