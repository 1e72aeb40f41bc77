import { sameAddress } from '../bytes.ts'
import type { RoundState } from '../round/state.ts'
import type { Address, SnapshotMember } from '../types.ts'

/** The member of the round's stake snapshot with that owner address. */
export function memberOf({ plan }: Pick<RoundState, 'plan'>, address: Address): SnapshotMember | undefined {
  return plan.members.find(({ member }) => sameAddress(member, address))
}
