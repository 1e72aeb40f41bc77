import { evidenceOf, NO_EVIDENCE, QUARANTINE_MEMORY } from '../aggregation/index.ts'
import type { LedgerLeaf } from '../protocol/index.ts'

/**
 * Whether `proveOutlier` takes the fault penalty from a member for its newest quarantine: `no`, it is not a repeated one; `whenFinal`, once the claim of the round that began it
 * is final; `now`; `paid`, for this or another fault of that round; `forgotten`, the ledger's ring has left that round; `unjudged`, that round has no judge.
 */
export type OutlierStatus = 'no' | 'whenFinal' | 'now' | 'paid' | 'forgotten' | 'unjudged'

/** What evidence across rounds says of one member (docs/aggregation.md §10). */
export interface MemberEvidence {
  /** The bet against the member: 1 at first, quarantined at 1000. */
  eValue: number
  /** Rejected rounds; each scored round without one takes an eighth away. */
  strikes: number
  /** Whether its row is refused in the round that is open. */
  quarantined: boolean
  /** The newest quarantine: the round whose verdict began it, and the first round in which the member counts again. */
  since: bigint | null
  until: bigint | null
  /** Quarantines that followed each other within memory, the newest included. */
  times: number
  slashable: OutlierStatus
  /** A quarantine that a round before this one begins is slashable once that round's claim is final; null: it would be the first within memory. */
  nextSlashableBefore: bigint | null
}

/**
 * Reads a member's ledger leaf.
 *
 * @param leaf undefined when it was never written
 * @param open the round that is open
 * @param repeated what became of the newest quarantine, if it is a repeated one
 * @example memberEvidence(ledger.get(slot), 12n, 'whenFinal')
 */
export function memberEvidence(
  leaf: Pick<LedgerLeaf, 'extra' | 'strikes'> | undefined,
  open: bigint,
  repeated: OutlierStatus,
): MemberEvidence {
  const { wealth, quarantines, since, until } = leaf ? evidenceOf(leaf.extra) : NO_EVIDENCE
  const any = quarantines > 0
  const forgottenFrom = until + QUARANTINE_MEMORY
  return {
    eValue: 2 ** (wealth / 256),
    strikes: (leaf?.strikes ?? 0) / 256,
    quarantined: open < until,
    since: any ? since : null,
    until: any ? until : null,
    times: quarantines,
    slashable: quarantines > 1 ? repeated : 'no',
    nextSlashableBefore: any && open < forgottenFrom ? forgottenFrom : null,
  }
}
