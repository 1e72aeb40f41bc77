import { holdingWeight, isAvailable, sealedWeight, Verdict } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildAvailabilityProof } from '../proofs/prove-members.ts'
import { attestedOf } from './attested-rows.ts'

/** Rows that are unavailable although enough of the claim's attestations hold them, or are not although too few do. Quarantined rows are neither. */
export function checkAvailability(posted: ClaimParts): JudgeProof | undefined {
  const rows = attestedOf(posted.rows)
  const weight = sealedWeight(rows)
  const wrong = posted.rows.findIndex(
    ({ verdict }, i) =>
      verdict !== Verdict.quarantined &&
      isAvailable(holdingWeight(rows, i), weight, posted.spec) !== (verdict !== Verdict.unavailable),
  )
  return wrong < 0 ? undefined : buildAvailabilityProof(posted, wrong)
}
