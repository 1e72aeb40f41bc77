import type { Address, SnapshotMember } from '../../src/protocol/index.ts'

export interface Person {
  owner: Address
  role: 'member' | 'operator'
  /** Whether it follows the rules. */
  honest: boolean
}

const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`

/** Five members with the same stake, one of them Byzantine: 20 % of the stake, below the tolerance of 25 %. */
const MEMBERS: Person[] = [1, 2, 3, 4, 5].map((n) => ({ owner: address(n), role: 'member', honest: n < 5 }))
/** The last one leaves out rows that it acknowledged, and posts false claims. */
const OPERATORS: Person[] = [11, 12, 13].map((n) => ({ owner: address(n), role: 'operator', honest: n < 13 }))

export const CAST: readonly Person[] = [...MEMBERS, ...OPERATORS]

export const STAKE = 100n
/** One key each for the whole game: the key of an account is its address. */
export const SNAPSHOT: readonly SnapshotMember[] = MEMBERS.map(({ owner }, slot) => ({
  member: owner,
  operatorKey: owner,
  slot,
  stake: STAKE,
}))
export const TOTAL_STAKE = STAKE * BigInt(MEMBERS.length)
