import { sameAddress } from './bytes.ts'
import type { Address } from './types.ts'

/** Who speaks in a round. A round's plan has both parts, and so have the chain's facts of a round. */
export interface RoundKeys {
  /** Members of the snapshot. */
  members: readonly { member: Address; operatorKey: Address }[]
  /** The operator, and the key that took or kept the seat. */
  seat: { operator: Address; operatorKey: Address }
}

/**
 * The key that speaks for an account in one round, whatever its owner registers later: of the operator the key that took
 * the seat, of a member the key at the snapshot. The contract's twin is `RoundLedger.keyOf`.
 *
 * @returns undefined for an account that has no part in the round
 * @example keyOf({ members: plan.members, seat: plan }, plan.operator) // plan.operatorKey
 */
export function keyOf({ members, seat }: RoundKeys, account: Address): Address | undefined {
  if (sameAddress(account, seat.operator)) return seat.operatorKey
  return members.find(({ member }) => sameAddress(member, account))?.operatorKey
}
