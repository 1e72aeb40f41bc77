import { commitmentsHash, keyOf, verifyStatement, ZERO_HASH } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildAttestationProof } from '../proofs/prove-members.ts'
import { signatureOf } from './known-round.ts'
import type { KnownRound } from './known-round.ts'

/** Rows whose attestation's signature is known and is not their member's, over the rows of the claim and the bits of the row. */
export async function checkAttestations(posted: ClaimParts, { facts, statements }: KnownRound): Promise<JudgeProof | undefined> {
  const { domain, task, round } = facts
  const commitments = commitmentsHash(posted.rows)
  for (const [i, { member, held, attestationHash }] of posted.rows.entries()) {
    if (attestationHash === ZERO_HASH) continue
    const signature = signatureOf(statements, attestationHash)
    const key = keyOf({ members: facts.members, seat: facts.seal }, member)
    if (!signature || !key) continue
    const body = { task, round, member, commitments, held }
    if (!(await verifyStatement(domain, 'Attestation', body, signature, key))) return buildAttestationProof(posted, i, signature)
  }
  return undefined
}
