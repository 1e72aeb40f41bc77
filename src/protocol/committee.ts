import { concat, fromHex, toHex, word } from './bytes.ts'
import { keccak } from './hash.ts'
import type { Address, Hash } from './types.ts'

/** Rows of a claim, and so members of a round (docs/protocol.md §1). */
const MAX_ROWS = 128
const RANGE = 1n << 256n

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

/** Rank among the drawn if they are more than a claim has rows: the lowest are in, the lower slot first among equals. */
export function ticketOf(lot: bigint, stake: bigint): bigint {
  return lot / stake
}

/**
 * The committee of a round, by client sampling (*sortition*, Gilad et al., "Algorand", SOSP 2017, with a public seed). A member's
 * expected weight is its stake, however it splits that stake over accounts.
 *
 * @returns the drawn members in slot order, at most 128
 * @example drawCommittee({ seed, task: 1n, round: 7n, size: 80 }, candidates)
 */
export function drawCommittee(draw: Draw, candidates: readonly Candidate[]): Drawn[] {
  const total = candidates.reduce((sum, { stake }) => sum + stake, 0n)
  const lots = candidates.map((candidate) => ({ candidate, lot: lotOf(draw, candidate.member) }))
  const drawn = lots.filter(({ candidate, lot }) => isDrawn(lot, candidate.stake, total, draw.size))
  const ranked = drawn.map(({ candidate, lot }) => ({ candidate, ticket: ticketOf(lot, candidate.stake) }))
  if (ranked.length > MAX_ROWS) {
    ranked.sort((a, b) => (a.ticket === b.ticket ? a.candidate.slot - b.candidate.slot : a.ticket < b.ticket ? -1 : 1))
  }
  return ranked
    .slice(0, MAX_ROWS)
    .map(({ candidate }) => ({ ...candidate, weight: drawnWeight(candidate.stake, total, draw.size) }))
    .sort((a, b) => a.slot - b.slot)
}
