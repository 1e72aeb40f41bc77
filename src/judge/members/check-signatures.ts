import { fileHash, fromHex, keyOf, sameAddress, verifyStatement, ZERO_HASH } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildCommitmentProof } from '../proofs/prove-members.ts'
import type { KnownRound } from './known-round.ts'

/** Rows whose signature is known and is not their member's signature of their commitment. A row holds only the hash of its signature. */
export async function checkSignatures(posted: ClaimParts, { facts, statements }: KnownRound): Promise<JudgeProof | undefined> {
  const { domain, task, round } = facts
  for (const [i, row] of posted.rows.entries()) {
    if (row.signatureHash === ZERO_HASH) continue
    const known = statements.commitments.find(
      ({ member, signature }) => sameAddress(member, row.member) && fileHash(fromHex(signature)) === row.signatureHash,
    )
    const key = keyOf({ members: facts.members, seat: facts.seal }, row.member)
    if (!known || !key) continue
    const body = { task, round, member: row.member, commitment: row.commitment }
    if (!(await verifyStatement(domain, 'Commitment', body, known.signature, key)))
      return buildCommitmentProof(posted, i, known.signature)
  }
  return undefined
}
