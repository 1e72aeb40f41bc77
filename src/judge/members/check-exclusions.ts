import { commitmentsHash, lowerHex, reachesQuorum, Verdict, verifyStatement, ZERO_HASH } from '../../protocol/index.ts'
import type { MemberLeaf } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildExclusionProof } from '../proofs/prove-members.ts'
import type { Exclusion } from '../proofs/prove-members.ts'
import { memberOf, revealsOf } from './known-round.ts'
import type { KnownAttestation, KnownRound } from './known-round.ts'

/** Rows called unrevealed or unavailable although their member revealed and a quorum of the stake attests to hold the update. */
export async function checkExclusions(posted: ClaimParts, known: KnownRound): Promise<JudgeProof | undefined> {
  const excluded = posted.rows.flatMap((row, i) => (row.verdict <= Verdict.unavailable ? [i] : []))
  if (excluded.length === 0 || known.statements.attestations.length === 0) return undefined
  const signed = await signedAttestations(posted, known)
  for (const i of excluded) {
    const holders = new Map<string, KnownAttestation>()
    for (const one of signed) if ((one.held >> BigInt(i)) & 1n) holders.set(lowerHex(one.member), one)
    const attestations = [...holders.values()]
    const stake = attestations.reduce((sum, { member }) => sum + memberOf(known.facts, member)!.stake, 0n)
    if (!reachesQuorum(stake, known.facts.totalStake, posted.spec.quorumBps)) continue
    const reveal = await revealFor(posted.rows[i]!, known)
    if (reveal) return buildExclusionProof(posted, i, { reveal, attestations })
  }
  return undefined
}

/** Attestations to the commitments of the posted rows, by the members of the snapshot. Their bits mean nothing over other rows. */
async function signedAttestations(posted: ClaimParts, { facts, statements }: KnownRound): Promise<KnownAttestation[]> {
  const { domain, task, round } = facts
  const commitments = commitmentsHash(posted.rows)
  const signed: KnownAttestation[] = []
  for (const attestation of statements.attestations) {
    const { member, held, signature } = attestation
    const key = memberOf(facts, member)?.operatorKey
    if (!key || attestation.commitments !== commitments) continue
    if (await verifyStatement(domain, 'Attestation', { task, round, member, commitments, held }, signature, key))
      signed.push(attestation)
  }
  return signed
}

/** The reveal that goes with the proof. The judge looks at it only for an unrevealed row: a row called unavailable is revealed by the operator's own word. */
async function revealFor(row: MemberLeaf, known: KnownRound): Promise<Exclusion['reveal'] | undefined> {
  const { domain, task, round } = known.facts
  const { member, verdict, updateRoot } = row
  if (verdict === Verdict.unavailable) return { updateRoot, salt: ZERO_HASH, signature: '0x' }
  const key = memberOf(known.facts, member)!.operatorKey
  for (const reveal of revealsOf(known, row)) {
    const body = { task, round, member, updateRoot: reveal.updateRoot, salt: reveal.salt }
    if (await verifyStatement(domain, 'Reveal', body, reveal.signature, key)) return reveal
  }
  return undefined
}
