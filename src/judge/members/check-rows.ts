import { isAdmitted, lowerHex, Verdict, ZERO_HASH } from '../../protocol/index.ts'
import type { MemberLeaf } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildCommitmentProof } from '../proofs/prove-members.ts'
import { memberOf } from './known-round.ts'
import type { KnownRound } from './known-round.ts'

/** Rows that contradict themselves, or the chain's data about the member, its slot, its stake or its forced commitment. */
export function checkRows(posted: ClaimParts, { facts }: KnownRound): JudgeProof | undefined {
  const wrong = posted.rows.findIndex((row) => isContradictory(row) || !isOnChain(row, facts))
  return wrong < 0 ? undefined : buildCommitmentProof(posted, wrong)
}

/** Only accepted and downweighted rows carry weight or score; unrevealed and quarantined rows have no update root, admitted rows have one. */
function isContradictory({ verdict, weight, score, updateRoot }: MemberLeaf): boolean {
  if (verdict > Verdict.quarantined) return true
  const carries = verdict === Verdict.accepted || verdict === Verdict.downweighted
  if (!carries && (weight !== 0 || score !== 0n)) return true
  const revealed = updateRoot !== ZERO_HASH
  if (verdict === Verdict.unrevealed || verdict === Verdict.quarantined) return revealed
  return isAdmitted(verdict) && !revealed
}

function isOnChain(row: MemberLeaf, facts: KnownRound['facts']): boolean {
  const member = memberOf(facts, row.member)
  if (!member || member.slot !== row.slot || member.stake !== row.stake) return false
  return row.signatureHash !== ZERO_HASH || facts.forced.get(lowerHex(row.member)) === row.commitment
}
