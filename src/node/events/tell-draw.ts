import type { Logger, Metrics } from '../../core/index.ts'
import { sameAddress } from '../../protocol/index.ts'
import type { Address, Hash, SnapshotMember } from '../../protocol/index.ts'
import type { Part } from './catalogue.ts'
import type { NodeEvents } from './events.ts'

/** Who was drawn, and who might have been. */
export interface Committee {
  members: readonly Pick<SnapshotMember, 'member'>[]
  candidates: readonly Pick<SnapshotMember, 'member'>[]
}

export interface DrawNeeds {
  events: Pick<NodeEvents, 'emit'>
  /** Owner address of a member that commits to updates; absent for other nodes. */
  member?: Address
  logger: Pick<Logger, 'info'>
  metrics: Pick<Metrics, 'count'>
}

/**
 * Tells who was drawn for a round. A member that was not drawn is told that it rests: it neither trains nor commits, and follows the
 * round as before.
 */
export function tellDraw({ events, member, logger, metrics }: DrawNeeds): (round: bigint, seed: Hash, drawn: Committee) => void {
  return (round, seed, committee) => {
    const part = member && partOf(member, committee)
    const counts = { members: committee.members.length, candidates: committee.candidates.length }
    logger.info({ round, seed, ...counts }, part ? describePart(part, counts) : 'the members of the round are drawn')
    if (part !== undefined && part !== 'drawn') metrics.count('rounds_rested_total')
    events.emit({ event: 'drawn', round, seed, ...counts, ...(part && { part }) })
  }
}

/** What an account has to do with a drawn round. */
export function partOf(account: Address, { members, candidates }: Committee): Part {
  const among = (those: Committee['members']): boolean => those.some(({ member }) => sameAddress(member, account))
  return among(members) ? 'drawn' : among(candidates) ? 'resting' : 'waiting'
}

/** What a member's part in a round means for it. */
export function describePart(part: Part, { members, candidates }: { members: number; candidates: number }): string {
  const share = `${members} of ${candidates} members were drawn`
  switch (part) {
    case 'drawn':
      return `this member was drawn: it trains (${share})`
    case 'resting':
      return `this member was not drawn: it rests in this round (${share})`
    case 'waiting':
      return `the stake of this member did not count yet when the members were drawn: it rests in this round (${share})`
  }
}
