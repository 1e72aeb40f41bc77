import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { checkAttestations } from './check-attestations.ts'
import { checkAvailability } from './check-availability.ts'
import { checkCertificate } from './check-certificate.ts'
import { checkCopies } from './check-copies.ts'
import { checkCount } from './check-count.ts'
import { checkOmissions } from './check-omissions.ts'
import { checkOrder } from './check-order.ts'
import { checkQuarantines } from './check-quarantines.ts'
import { checkReveals } from './check-reveals.ts'
import { checkRows } from './check-rows.ts'
import { checkSealed } from './check-sealed.ts'
import { checkSignatures } from './check-signatures.ts'
import { checkUpdates } from './check-updates.ts'
import type { KnownRound } from './known-round.ts'

/** Finds one kind of lie in members rows. @returns undefined when there is none of that kind, as far as is known */
export type MembersCheck = (
  posted: ClaimParts,
  known: KnownRound,
  honest?: Pick<ClaimParts, 'rows'>,
) => JudgeProof | undefined | Promise<JudgeProof | undefined>

/**
 * In the order in which they run: a check may rely on the checks before it. Proofs of omissions, for one, open the rows
 * around a slot, which needs rows in order.
 */
export const MEMBERS_CHECKS: readonly MembersCheck[] = [
  checkCount,
  checkSealed,
  checkRows,
  checkOrder,
  checkSignatures,
  checkReveals,
  checkOmissions,
  checkQuarantines,
  checkAttestations,
  checkCertificate,
  checkAvailability,
  checkCopies,
  checkUpdates,
]

/**
 * The proof against the members rows of a posted claim. A replay of the operator's record does not find these lies, because it starts from
 * that record. The judge accepts what this returns: every signature under it is verified here.
 *
 * @param posted the claim as opened; `updates` may lack any update
 * @param honest rows of the replay, if there is one: it spares reading updates that the replay admitted
 * @returns undefined when nothing that is known contradicts the rows
 * @example const proof = await membersFraud(posted, { facts, statements: statementsOfRecord(record) })
 */
export async function membersFraud(
  posted: ClaimParts,
  known: KnownRound,
  honest?: Pick<ClaimParts, 'rows'>,
): Promise<JudgeProof | undefined> {
  for (const check of MEMBERS_CHECKS) {
    const proof = await check(posted, known, honest)
    if (proof) return proof
  }
  return undefined
}
