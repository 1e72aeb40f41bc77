import { ZERO_HASH } from '../protocol/bytes.ts'
import type { Ledger } from '../protocol/claim.ts'
import { Verdict } from '../protocol/types.ts'
import type { Address, LedgerLeaf, TaskSpec } from '../protocol/types.ts'
import { encodeEvidence, evidenceOf, nextEvidence } from './evidence.ts'

/** What the ledger needs of a row of the round. */
export interface LedgerRow {
  member: Address
  slot: number
  verdict: Verdict
  score: bigint
}

/** One whole strike and full reputation in ledger units. */
export const STRIKE = 256
export const FULL_REPUTATION = 65_536

/**
 * The ledger after a round (docs/protocol.md §10). Rewards are cumulative, rounded down, and together never exceed the budget of the round. Rows that
 * were not judged (quarantined, unavailable, inadmissible) leave their leaf as it is: a quarantine ends by itself.
 *
 * @returns a new ledger and the sum of its rewards
 * @example const { ledger, total } = updateLedger(new Map(), rows, { spec, round: 7n })
 */
export function updateLedger(
  previous: Ledger,
  rows: readonly LedgerRow[],
  { spec: { rewardPerRound }, round }: { spec: Pick<TaskSpec, 'rewardPerRound'>; round: bigint },
): { ledger: Ledger; total: bigint } {
  const ledger = new Map(previous)
  const scores = rows.reduce((sum, row) => sum + row.score, 0n)
  for (const { member, slot, verdict, score } of rows) {
    const accepted = verdict === Verdict.accepted || verdict === Verdict.downweighted
    if (!accepted && verdict !== Verdict.rejected) continue
    const { reward, strikes, reputation, extra } = ledger.get(slot) ?? EMPTY
    const leaf: LedgerLeaf = {
      member,
      // A rejected row earns nothing, whatever its score.
      reward: reward + (accepted && scores > 0n ? (rewardPerRound * score) / scores : 0n),
      strikes: accepted ? strikes - (strikes >> 3) : strikes + STRIKE,
      reputation: reputation + (((accepted ? FULL_REPUTATION : 0) - reputation) >> 3),
      extra: encodeEvidence(nextEvidence(evidenceOf(extra), !accepted, round)),
    }
    ledger.set(slot, leaf)
  }
  const total = [...ledger.values()].reduce((sum, leaf) => sum + leaf.reward, 0n)
  return { ledger, total }
}

const EMPTY = { reward: 0n, strikes: 0, reputation: 0, extra: ZERO_HASH }
