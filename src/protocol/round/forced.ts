import { sameAddress } from '../bytes.ts'
import type { Address, Hash } from '../types.ts'

/** A member's commitment, forced or sealed. */
interface Committed {
  member: Address
  commitment: Hash
}

/** Whether the chain has this very commitment of the member as forced. */
export function isForced(forced: readonly Committed[], { member, commitment }: Committed): boolean {
  return forced.some((one) => sameAddress(one.member, member) && one.commitment === commitment)
}
