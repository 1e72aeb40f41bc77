import { keyOf, verifyStatement, ZERO_HASH } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildCommitmentProof } from '../proofs/prove-members.ts'
import { signatureOf } from './known-round.ts'
import type { KnownRound } from './known-round.ts'

/** Rows whose signature is known and is not their member's signature of their commitment. A row holds only the hash of its signature. */
export async function checkSignatures(posted: ClaimParts, { facts, statements }: KnownRound): Promise<JudgeProof | undefined> {
  const { domain, task, round } = facts
  for (const [i, row] of posted.rows.entries()) {
    if (row.signatureHash === ZERO_HASH) continue
    const signature = signatureOf(statements, row.signatureHash)
    const key = keyOf({ members: facts.members, seat: facts.seal }, row.member)
    if (!signature || !key) continue
    const body = { task, round, member: row.member, commitment: row.commitment }
    if (!(await verifyStatement(domain, 'Commitment', body, signature, key))) return buildCommitmentProof(posted, i, signature)
  }
  return undefined
}
