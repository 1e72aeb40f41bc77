import { ZERO_HASH } from '../../protocol/index.ts'
import type { ClaimParts } from '../claim-parts.ts'
import type { JudgeProof } from '../proofs/proof.ts'
import { buildRevealProof } from '../proofs/prove-members.ts'
import { revealsOf } from './known-round.ts'
import type { KnownRound } from './known-round.ts'

/** Rows with another update root than the one that their commitment opens to. Rows without root are unavailable or quarantined. */
export function checkReveals(posted: ClaimParts, known: KnownRound): JudgeProof | undefined {
  for (const [i, row] of posted.rows.entries()) {
    if (row.updateRoot === ZERO_HASH) continue
    // The commitment itself vouches for what opens it: no signature is needed.
    const other = revealsOf(known, row).find(({ updateRoot }) => updateRoot !== row.updateRoot)
    if (other) return buildRevealProof(posted, i, other)
  }
  return undefined
}
