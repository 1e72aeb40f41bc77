import type { LedgerEvent } from '../../chain/index.ts'
import { RING } from '../../protocol/index.ts'
import type { ClaimHistory, PostedRound } from '../../replay/index.ts'

/** What the history says of claims. */
export interface ClaimsInView {
  /** Claims that stand, are not final and are in the ring of the ledger; oldest first. */
  open: readonly PostedRound[]
  /** The newest round with a claim that stands; 0 before the first. */
  newest: bigint
}

/**
 * The open claims of a history, sorted out again only when the history changed: every agreement asks for them, and a history grows with the task.
 *
 * @returns the claims in view when everything up to the round `final` is final
 */
export function claimsInView(history: Pick<ClaimHistory, 'claims' | 'events'>): (final: bigint) => ClaimsInView {
  let seen: (ClaimsInView & { last: LedgerEvent | undefined; final: bigint }) | undefined
  return (final) => {
    // The last event tells one state of the history from another, also after a reorganisation.
    const last = history.events().at(-1)
    if (seen && seen.last === last && seen.final === final) return seen
    const claims = history.claims()
    const open = claims.slice(-RING).filter(({ round }) => round > final)
    seen = { open, newest: claims.at(-1)?.round ?? 0n, last, final }
    return seen
  }
}
