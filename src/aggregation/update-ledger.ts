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

/** Who posts the claim of a round. It has a slot of its own and no row. */
export interface LedgerOperator {
  member: Address
  slot: number
}

/** One whole strike and full reputation in ledger units. */
export const STRIKE = 256
export const FULL_REPUTATION = 65_536

/**
 * The ledger after a round (docs/protocol.md §10). Rewards are cumulative, rounded down, and together never exceed the budget of the round. Rows that
 * were not judged (quarantined, unavailable, inadmissible) leave their leaf as it is: a quarantine ends by itself. If anybody is paid, the operator gets
 * its share first, and members split the rest.
 *
 * @returns a new ledger and the sum of its rewards
 * @example const { ledger, total } = updateLedger(new Map(), rows, { spec, round: 7n })
 */
export function updateLedger(
  previous: Ledger,
  rows: readonly LedgerRow[],
  {
    spec,
    round,
    operator,
    sharedScore,
  }: {
    spec: Pick<TaskSpec, 'rewardPerRound' | 'operatorShareBps'>
    round: bigint
    operator?: LedgerOperator
    /** Where members share the rows that the rule saw: the score of those rows together. A verdict then says nothing about a member, and nothing but pay changes. */
    sharedScore?: bigint
  },
): { ledger: Ledger; total: bigint } {
  const ledger = new Map(previous)
  const scores = sharedScore ?? rows.reduce((sum, row) => sum + row.score, 0n)
  const share = scores > 0n ? operatorShare(spec) : 0n
  const budget = spec.rewardPerRound - share
  for (const { member, slot, verdict, score } of rows) {
    const accepted = verdict === Verdict.accepted || verdict === Verdict.downweighted
    if (!accepted && verdict !== Verdict.rejected) continue
    const { reward, strikes, reputation, extra } = ledger.get(slot) ?? EMPTY
    const leaf: LedgerLeaf = {
      member,
      // A rejected row earns nothing, whatever its score.
      reward: reward + (accepted && scores > 0n ? (budget * score) / scores : 0n),
      ...(sharedScore === undefined
        ? {
            strikes: accepted ? strikes - (strikes >> 3) : strikes + STRIKE,
            reputation: reputation + (((accepted ? FULL_REPUTATION : 0) - reputation) >> 3),
            extra: encodeEvidence(nextEvidence(evidenceOf(extra), !accepted, round)),
          }
        : { strikes, reputation, extra }),
    }
    ledger.set(slot, leaf)
  }
  if (operator && share > 0n) {
    const leaf = ledger.get(operator.slot)
    ledger.set(operator.slot, { ...EMPTY, ...leaf, member: operator.member, reward: (leaf?.reward ?? 0n) + share })
  }
  const total = [...ledger.values()].reduce((sum, leaf) => sum + leaf.reward, 0n)
  return { ledger, total }
}

/** What the operator of a round that pays anybody gets of its reward, rounded down; token wei. */
export function operatorShare({
  rewardPerRound,
  operatorShareBps,
}: Pick<TaskSpec, 'rewardPerRound' | 'operatorShareBps'>): bigint {
  return (rewardPerRound * BigInt(operatorShareBps)) / 10_000n
}

const EMPTY = { reward: 0n, strikes: 0, reputation: 0, extra: ZERO_HASH }
