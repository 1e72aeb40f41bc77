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
  const lot = (address: Address): Hash => toHex(keccak(concat([fromHex(claimHash), fromHex(lowerHex(address))])))
  const own = lot(member)
  const before = members.filter((other) => lowerHex(other) !== lowerHex(member) && lot(other) < own).length
  return Math.min(before, STEPS) * STEP_MS
}
