import { nextEvidence, NO_EVIDENCE, QUARANTINE_AT } from '../aggregation/index.ts'
import { isAdmitted, Verdict } from '../protocol/index.ts'

/** Rounds at the start that have no usual length to keep to. */
const START = 3

/** How the verdicts of its rounds leave a member before the bet against it (docs/aggregation.md §10). */
export interface Standing {
  /** Most rejections in a row; rounds in which the member was not scored do not end a row. */
  inARow: number
  /** Largest stake of the bet, log2; a quarantine counts as its limit. */
  bet: number
  /** Largest rise of the bet above an earlier value, log2: what counts where a clean past came first. */
  rise: number
  /** Share of the rounds after the third that rejected it or fell into a quarantine. */
  lostLater: number
  quarantines: number
}

/**
 * Replays the bet over recorded verdicts, on the code of the ledger.
 *
 * @param verdicts of one member, one digit a round, as in `CellResult`
 * @example standingOf('5533').inARow // 2
 */
export function standingOf(verdicts: string): Standing {
  const standing: Standing = { inARow: 0, bet: 0, rise: 0, lostLater: 0, quarantines: 0 }
  let evidence = NO_EVIDENCE
  let row = 0
  let lowest = 0
  let lost = 0
  for (const [index, digit] of Array.from(verdicts, Number).entries()) {
    const verdict = digit as Verdict
    const rejected = verdict === Verdict.rejected
    if (index >= START && (rejected || verdict === Verdict.quarantined)) lost++
    if (!isAdmitted(verdict)) continue
    row = rejected ? row + 1 : 0
    const round = BigInt(index + 1)
    evidence = nextEvidence(evidence, rejected, round)
    const began = evidence.since === round
    if (began) standing.quarantines++
    standing.inARow = Math.max(standing.inARow, row)
    const wealth = began ? QUARANTINE_AT : evidence.wealth
    standing.bet = Math.max(standing.bet, wealth / 256)
    standing.rise = Math.max(standing.rise, (wealth - lowest) / 256)
    lowest = began ? 0 : Math.min(lowest, wealth)
  }
  return { ...standing, lostLater: lost / Math.max(1, verdicts.length - START) }
}
