import { readCommittee } from '../../src/chain/index.ts'
import type { Chain, Contracts, LedgerEvent } from '../../src/chain/index.ts'
import { ZERO_HASH } from '../../src/protocol/index.ts'

export interface RoundMembersNeeds {
  chain: Chain
  contracts: Pick<Contracts, 'vault'>
  task: bigint
  /** `TaskSpec.committee`. */
  committee: number
  events: readonly LedgerEvent[]
}

/** The members of a round, with stake and key at its snapshot. */
export async function readRoundMembers(
  { chain, contracts, task, committee, events }: RoundMembersNeeds,
  round: bigint,
): ReturnType<typeof readCommittee> {
  const opened = events.findLast((event) => event.type === 'opened' && event.round === round)
  const drawn = events.findLast((event) => event.type === 'drawn' && event.round === round)
  const draw =
    drawn?.type === 'drawn' ? drawn : { seed: ZERO_HASH, snapshot: opened?.type === 'opened' ? opened.openedAt - 1 : 0 }
  return readCommittee(chain, { vault: contracts.vault, task, round, committee, ...draw })
}
