import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildLedgerProof, buildLedgerSlotProof, buildLedgerTotalProof } from '../proofs/prove-ledger.ts'

/** Ledger leaves of members with and without row, then the sum of the rewards. */
export function ledgerFraud(posted: ClaimParts, honest: ClaimParts): JudgeProof | undefined {
  const different = (slot: number): boolean => {
    const [leaf, right] = [posted.ledger.get(slot), honest.ledger.get(slot)]
    return (
      leaf?.reward !== right?.reward ||
      leaf?.strikes !== right?.strikes ||
      leaf?.reputation !== right?.reputation ||
      leaf?.extra !== right?.extra ||
      leaf?.member.toLowerCase() !== right?.member.toLowerCase()
    )
  }
  const wrong = posted.rows.findIndex(({ slot }) => different(slot))
  if (wrong >= 0) return buildLedgerProof(posted, wrong)
  const elsewhere = [...new Set([...posted.ledger.keys(), ...honest.ledger.keys()])].find(different)
  if (elsewhere !== undefined) return buildLedgerSlotProof(posted, elsewhere)
  return posted.ledgerTotal === honest.ledgerTotal ? undefined : buildLedgerTotalProof(posted)
}
