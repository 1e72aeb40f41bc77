import { lowerHex, Reason, Verdict, ZERO_HASH } from '../../protocol/index.ts'
import type { MemberLeaf } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildCommitmentProof } from '../proofs/prove-members.ts'
import { memberOf } from './known-round.ts'
import type { KnownRound } from './known-round.ts'

/** Rows that contradict themselves, or the chain's data about the member, its slot, its weight or its forced commitment. */
export function checkRows(posted: ClaimParts, { facts }: KnownRound): JudgeProof | undefined {
  const wrong = posted.rows.findIndex((row, i) => isContradictory(row, i, posted.members) || !isOnChain(row, facts))
  return wrong < 0 ? undefined : buildCommitmentProof(posted, wrong)
}

/**
 * Only accepted and downweighted rows carry beta or score; quarantined and unavailable rows have no update root, all others have one;
 * only inadmissible rows have a reason; a row without attestation holds nothing.
 */
function isContradictory(row: MemberLeaf, index: number, members: number): boolean {
  const { verdict, reason, beta, score, updateRoot } = row
  if (verdict > Verdict.rejected || reason > Reason.bucket) return true
  const carries = verdict === Verdict.accepted || verdict === Verdict.downweighted
  if (!carries && (beta !== 0 || score !== 0n)) return true
  if ((updateRoot === ZERO_HASH) !== verdict <= Verdict.unavailable) return true
  if ((reason !== Reason.none) !== (verdict === Verdict.inadmissible)) return true
  if (row.attestationHash === ZERO_HASH && row.held !== 0n) return true
  const arg = BigInt(row.reasonArg)
  if (reason === Reason.none || reason === Reason.bucket) return arg !== 0n
  return reason === Reason.copy && (arg >= BigInt(members) || arg === BigInt(index))
}

function isOnChain(row: MemberLeaf, facts: KnownRound['facts']): boolean {
  const member = memberOf(facts, row.member)
  if (!member || member.slot !== row.slot || member.stake !== row.weight) return false
  return row.signatureHash !== ZERO_HASH || facts.forced.get(lowerHex(row.member)) === row.commitment
}
