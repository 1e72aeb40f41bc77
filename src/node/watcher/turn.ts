import { concat, fromHex, keccak, lowerHex, toHex } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'

/** How long a watcher leaves the first word to the one before it, ms, and to how many at most. */
const STEP_MS = 3000
const STEPS = 10

/**
 * When it is a member's turn to prove a claim false. The order of members is drawn from the claim, so that usually one
 * member pays for the transaction.
 *
 * @returns ms to wait, 0 for the first
 * @example await sleep(turnOf(claimHash, member, plan.members.map(({ member }) => member)))
 */
export function turnOf(claimHash: Hash, member: Address, members: readonly Address[]): number {
  return Math.min(placeOf(claimHash, member, members), STEPS) * STEP_MS
}

/** How many members come before one in an order that is drawn from a hash. */
export function placeOf(hash: Hash, member: Address, members: readonly Address[]): number {
  const lot = (address: Address): Hash => toHex(keccak(concat([fromHex(hash), fromHex(lowerHex(address))])))
  const own = lot(member)
  return members.filter((other) => lowerHex(other) !== lowerHex(member) && lot(other) < own).length
}
