import { attestedWeight, isCertified, reachesFloor, sealedWeight } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildCertificateProof } from '../proofs/prove-members.ts'
import { attestedOf } from './attested-rows.ts'
import type { KnownRound } from './known-round.ts'

/** A claim over too little weight, or with too few attestations: no such claim is true. */
export function checkCertificate(posted: ClaimParts, { facts }: KnownRound): JudgeProof | undefined {
  const rows = attestedOf(posted.rows)
  const weight = sealedWeight(rows)
  const holds = reachesFloor(weight, facts.totalStake, posted.spec) && isCertified(attestedWeight(rows), weight, posted.spec)
  return holds ? undefined : buildCertificateProof(posted)
}
