import { lowerHex, verdictName } from '../protocol/index.ts'
import { quarantinesOf } from '../replay/index.ts'
import type { ComputedClaim } from '../replay/index.ts'

/** What a node tells its surroundings, one JSON line each with `--json`. */
export type NodeEvent = { event: string } & Record<string, unknown>

/** A claim this node computed itself, with the outcome for every row. */
export function claimEvent(
  event: 'built' | 'replayed',
  round: bigint,
  { claim, claimHash, rows, state }: ComputedClaim,
): NodeEvent {
  return {
    event,
    round,
    claimHash,
    modelRoot: claim.modelRoot,
    ledgerRoot: claim.ledgerRoot,
    rows: rows.map((row) => ({
      member: lowerHex(row.member),
      verdict: verdictName(row.verdict),
      weight: row.weight,
      score: row.score,
    })),
    /** The first round in which each counts again, by member. */
    quarantined: Object.fromEntries(quarantinesOf(state.ledger, round).map(({ member, until }) => [member, until.toString()])),
    /** Cumulative, token wei, by member. */
    rewards: Object.fromEntries([...state.ledger.values()].map((leaf) => [lowerHex(leaf.member), leaf.reward.toString()])),
  }
}
