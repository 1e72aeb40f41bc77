import { isQuarantined } from '../../aggregation/index.ts'
import { Verdict } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildQuarantineProof } from '../proofs/prove-ledger.ts'

/** Rows that are quarantined although the ledger before the round does not say so, or are not although it does. */
export function checkQuarantines(posted: ClaimParts): JudgeProof | undefined {
  const { previous, round } = posted
  const wrong = posted.rows.findIndex(
    ({ slot, verdict }) => isQuarantined(previous.ledger.get(slot), round) !== (verdict === Verdict.quarantined),
  )
  return wrong < 0 ? undefined : buildQuarantineProof(posted, wrong)
}
