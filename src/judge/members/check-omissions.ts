import { compareTickets, MAX_MEMBERS, sameAddress, verifyStatement } from '../../protocol/index.ts'
import type { Address } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildOmissionProof } from '../proofs/prove-members.ts'
import { memberOf } from './known-round.ts'
import type { KnownRound } from './known-round.ts'

/** Members without row whose commitment was forced on chain, or for whose commitment the key that had the seat signed a receipt. */
export async function checkOmissions(posted: ClaimParts, { facts, statements }: KnownRound): Promise<JudgeProof | undefined> {
  const { domain, task, round } = facts
  for (const key of facts.forced.keys()) {
    const left = leftOut(posted, facts, key as Address)
    if (left) return buildOmissionProof(posted, key as Address, left.slot, undefined, left.higher)
  }
  for (const { member, commitment, signature } of statements.receipts) {
    const left = leftOut(posted, facts, member)
    if (!left) continue
    const signed = await verifyStatement(
      domain,
      'Receipt',
      { task, round, member, commitment },
      signature,
      facts.seal.operatorKey,
    )
    if (signed) return buildOmissionProof(posted, member, left.slot, { commitment, signature }, left.higher)
  }
  return undefined
}

/** The slot of a member of the round that should have a row and has none; where a claim has no more room, also a row that should not have one. */
function leftOut(
  { rows }: ClaimParts,
  facts: KnownRound['facts'],
  address: Address,
): { slot: number; higher?: number } | undefined {
  const member = memberOf(facts, address)
  if (!member || rows.some((row) => sameAddress(row.member, address))) return undefined
  const { slot, ticket } = member
  if (ticket === undefined || rows.length < MAX_MEMBERS) return { slot }
  const higher = rows.findIndex((row) => compareTickets(memberOf(facts, row.member), member) > 0)
  return higher < 0 ? undefined : { slot, higher }
}
