import { evidenceOf, NO_EVIDENCE } from '../aggregation/index.ts'
import type { LedgerLeaf } from '../protocol/index.ts'

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
}

/**
 * Reads a member's ledger leaf.
 *
 * @param leaf undefined when it was never written
 * @param open the round that is open
 * @example memberEvidence(ledger.get(slot), 12n)
 */
export function memberEvidence(leaf: Pick<LedgerLeaf, 'extra' | 'strikes'> | undefined, open: bigint): MemberEvidence {
  const { wealth, quarantines, since, until } = leaf ? evidenceOf(leaf.extra) : NO_EVIDENCE
  const any = quarantines > 0
  return {
    eValue: 2 ** (wealth / 256),
    strikes: (leaf?.strikes ?? 0) / 256,
    quarantined: open < until,
    since: any ? since : null,
    until: any ? until : null,
    times: quarantines,
  }
}
