import { lowerHex, reasonName, verdictName } from '../../protocol/index.ts'
import { quarantinesOf } from '../../replay/index.ts'
import type { ComputedClaim } from '../../replay/index.ts'
import type { EventOf } from './catalogue.ts'

/** A claim that this node computed itself, with the outcome for every row. */
export function claimEvent<N extends 'built' | 'replayed'>(
  event: N,
  round: bigint,
  { claim, claimHash, rows, members, state }: Pick<ComputedClaim, 'claim' | 'claimHash' | 'rows' | 'members' | 'state'>,
): EventOf<N> {
  const fields: Omit<EventOf<'built'>, 'event'> = {
    round,
    claimHash,
    modelRoot: claim.modelRoot,
    ledgerRoot: claim.ledgerRoot,
    rows: rows.map((row) => ({
      member: lowerHex(row.member),
      verdict: verdictName(row.verdict),
      reason: reasonName(row.reason),
      weight: row.beta,
      score: row.score,
      updateRoot: row.updateRoot,
    })),
    members: [...members],
    quarantined: Object.fromEntries(quarantinesOf(state.ledger, round).map(({ member, until }) => [member, until.toString()])),
    rewards: Object.fromEntries([...state.ledger.values()].map((leaf) => [lowerHex(leaf.member), leaf.reward.toString()])),
  }
  return { event, ...fields } as EventOf<N>
}
