import { sameAddress, verifyStatement } from '../../protocol/index.ts'
import type { Address } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildOmissionProof } from '../proofs/prove-members.ts'
import { memberOf } from './known-round.ts'
import type { KnownRound } from './known-round.ts'

/** Members without row whose commitment was forced on chain, or for whose commitment the key that had the seat signed a receipt. */
export async function checkOmissions(posted: ClaimParts, { facts, statements }: KnownRound): Promise<JudgeProof | undefined> {
  const { domain, task, round } = facts
  const leftOut = (member: Address): number | undefined =>
    posted.rows.some((row) => sameAddress(row.member, member)) ? undefined : memberOf(facts, member)?.slot
  for (const key of facts.forced.keys()) {
    const member = key as Address
    const slot = leftOut(member)
    if (slot !== undefined) return buildOmissionProof(posted, member, slot)
  }
  for (const { member, commitment, signature } of statements.receipts) {
    const slot = leftOut(member)
    if (slot === undefined) continue
    const signed = await verifyStatement(
      domain,
      'Receipt',
      { task, round, member, commitment },
      signature,
      facts.seal.operatorKey,
    )
    if (signed) return buildOmissionProof(posted, member, slot, { commitment, signature })
  }
  return undefined
}
