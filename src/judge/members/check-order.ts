import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildOrderProof } from '../proofs/prove-members.ts'

/** Rows whose slots do not ascend. */
export function checkOrder(posted: ClaimParts): JudgeProof | undefined {
  const second = posted.rows.findIndex((row, i) => i > 0 && posted.rows[i - 1]!.slot >= row.slot)
  return second < 0 ? undefined : buildOrderProof(posted, second - 1)
}
