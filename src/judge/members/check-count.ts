import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildCommitmentProof, buildMissingRowProof } from '../proofs/prove-members.ts'

/** Rows below the claim's count that are empty, and rows past it. */
export function checkCount(posted: ClaimParts): JudgeProof | undefined {
  const { members, rows } = posted
  if (members > rows.length) return buildMissingRowProof(posted, rows.length)
  return members < rows.length ? buildCommitmentProof(posted, rows.length - 1) : undefined
}
