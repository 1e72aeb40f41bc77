import { drawnCommittee } from './buckets/bucket-terms.ts'
import { concat, fromHex, lowerHex, toHex, word, ZERO_HASH } from './bytes.ts'
import { keccak } from './hash.ts'
import { MAX_MEMBERS } from './types.ts'
import type { Address, Hash, SnapshotMember } from './types.ts'

const RANGE = 1n << 256n
/** The seed of a round is that of the block this many after the block of its opening. */
export const SEED_BLOCKS = 4

/** One account that may be drawn. */
export interface Candidate {
  member: Address
  /** Its place in the ledger tree. */
  slot: number
  /** Stake at the round's snapshot, token wei, below 2^128. */
  stake: bigint
}

/** What a round is drawn from. */
export interface Draw {
  /** Randomness of a block that was fixed when the round opened. */
  seed: Hash
  task: bigint
  round: bigint
  /** Expected members if all stakes are small, 1 to 80. */
  size: number
}

export interface Drawn extends Candidate {
  /** What the member counts in the round, token wei: its stake, at least `total / size` (rounded down). */
  weight: bigint
  /** Rank among the drawn if they are more than a claim has rows: the lowest are in. */
  ticket: bigint
}

/** A number uniform in 0 … 2^256 − 1, which nobody can choose who cannot choose the seed. */
export function lotOf({ seed, task, round }: Omit<Draw, 'size'>, member: Address): bigint {
  return BigInt(toHex(keccak(concat([fromHex(seed), word(task), word(round), word(BigInt(member))]))))
}

/** Whether a lot is drawn: `lot < 2^256 · size · stake / total`. Who holds `1 / size` of all stake is always in. */
export function isDrawn(lot: bigint, stake: bigint, total: bigint, size: number): boolean {
  if (stake === 0n) return false
  const share = BigInt(size) * stake
  return share >= total || lot < (RANGE * share) / total
}

/** What a drawn member counts, token wei. */
export function drawnWeight(stake: bigint, total: bigint, size: number): bigint {
  const least = total / BigInt(size)
  return stake > least ? stake : least
}

/** Rank among the drawn (`rowsWithRoom`). */
export function ticketOf(lot: bigint, stake: bigint): bigint {
  return lot / stake
}

/**
 * The committee of a round, by client sampling (*sortition*, Gilad et al., "Algorand", SOSP 2017, with a public seed). A member's
 * expected weight is its stake, however it splits that stake over accounts.
 *
 * @param candidates every member of the snapshot
 * @returns the drawn members in the order of the candidates
 * @example drawCommittee({ seed, task: 1n, round: 7n, size: 80 }, candidates)
 */
export function drawCommittee<C extends Candidate>(draw: Draw, candidates: readonly C[]): (C & Drawn)[] {
  const total = candidates.reduce((sum, { stake }) => sum + stake, 0n)
  return candidates.flatMap((candidate) => {
    const { member, stake } = candidate
    const lot = lotOf(draw, member)
    if (!isDrawn(lot, stake, total, draw.size)) return []
    return [{ ...candidate, weight: drawnWeight(stake, total, draw.size), ticket: ticketOf(lot, stake) }]
  })
}

/** How a round gets its members. */
export interface RoundDraw {
  task: bigint
  round: bigint
  /** `TaskSpec.committee`. */
  committee: number
  /** Zero while it is not stored. */
  seed: Hash
}

/**
 * The members of a round with what they count, from all members of its snapshot: everybody with its stake, or in a drawn task those who
 * are drawn, with their drawn weight as `stake`, and nobody before the seed is stored.
 */
export function roundMembers<M extends Candidate>(
  { committee, seed, ...round }: RoundDraw,
  members: readonly M[],
): (M & Pick<SnapshotMember, 'ticket'>)[] {
  const size = drawnCommittee({ committee })
  if (size === 0) return [...members]
  if (seed === ZERO_HASH) return []
  const drawn = drawCommittee({ ...round, seed, size }, members)
  return drawn.map(({ weight, ...member }) => ({ ...member, stake: weight }) as unknown as M & { ticket: bigint })
}

type Ranked = Pick<SnapshotMember, 'slot' | 'ticket'>

/**
 * The rows that a claim has room for: all, or those with the 128 lowest tickets, in their order. Among equal tickets the lower slot is in.
 *
 * @param members of the round, with tickets (`roundMembers`)
 * @example const list = rowsWithRoom(offered, plan.members)
 */
export function rowsWithRoom<R extends { member: Address }>(
  rows: readonly R[],
  members: readonly SnapshotMember[],
): readonly R[] {
  if (rows.length <= MAX_MEMBERS) return rows
  const of = new Map(members.map((member) => [lowerHex(member.member), member]))
  const ranked = rows.map((row) => ({ row, member: of.get(lowerHex(row.member)) }))
  ranked.sort((a, b) => compareTickets(a.member, b.member))
  const kept = new Set(ranked.slice(0, MAX_MEMBERS).map(({ row }) => row))
  return rows.filter((row) => kept.has(row))
}

/** Order of two members of a drawn round: the lower ticket first, the lower slot among equals. Who is not drawn comes last. */
export function compareTickets(a: Ranked | undefined, b: Ranked | undefined): number {
  if (a?.ticket === undefined || b?.ticket === undefined) return Number(a?.ticket === undefined) - Number(b?.ticket === undefined)
  return a.ticket === b.ticket ? a.slot - b.slot : a.ticket < b.ticket ? -1 : 1
}
