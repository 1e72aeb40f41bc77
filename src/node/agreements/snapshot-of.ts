import type { RoundPlan } from '../../protocol/index.ts'
import type { ClaimHistory, FactsOf, PostedRound } from '../../replay/index.ts'
import type { Rounds } from '../rounds/rounds.ts'

/** Stake and keys of the members at the opening of a round. */
export type StakeSnapshot = Pick<RoundPlan, 'members' | 'totalStake'>

/** The snapshot that the agreements to a claim count by. @throws QuorateError RPC_UNREACHABLE, CANCELLED */
export type SnapshotOf = (posted: PostedRound) => Promise<StakeSnapshot>

/** Takes the snapshot from the plan of a round that the node runs, else from the chain. */
export function snapshotOf({
  rounds,
  history,
  factsOf,
}: {
  rounds: Pick<Rounds, 'state'>
  history: Pick<ClaimHistory, 'openedAt' | 'drawn'>
  factsOf: FactsOf
}): SnapshotOf {
  return async ({ round, claim }) => {
    const plan = rounds.state(round)?.plan
    // A reorganisation may have opened the round at another time than the node remembers, or drawn other members.
    if (plan && plan.openedAt === history.openedAt(round) && plan.seed === history.drawn(round)?.seed) return plan
    return factsOf(round, claim.parent)
  }
}
