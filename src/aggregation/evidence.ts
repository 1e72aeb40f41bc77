import { fromHex, toHex } from '../protocol/bytes.ts'
import type { Hash, LedgerLeaf } from '../protocol/types.ts'

/**
 * Evidence across rounds that a member is not honest, kept in `extra` of its ledger leaf (docs/aggregation.md §10). An e-process: a bet that starts at 1 and
 * multiplies, in every scored round, by an e-value whose mean is at most 1 for a member whose rows are rejected at most once in five rounds.
 *
 *     rejected:      (1/2) / (1/5) = 5/2        anything else:      (1/2) / (4/5) = 5/8
 *
 * Kept as a logarithm, both factors rounded down. It never falls below `CREDIT`, as e-detectors restart so that a clean past does not hide a bad present for
 * ever; it starts at 1 for new stake and after every quarantine, without credit: that is probation. At 1000 the member is quarantined.
 *
 * Sources: Shafer 2021, Testing by betting; Vovk & Wang 2021, E-values; Shin, Ramdas & Rinaldo 2022, E-detectors.
 */
export interface Evidence {
  /** log2 of the e-process in 1/256, from `CREDIT` to below `QUARANTINE_AT`. */
  wealth: number
  /** How many quarantines followed each other within `QUARANTINE_MEMORY` rounds; the current or last one included. */
  quarantines: number
  /** The round whose verdict began the last quarantine; 0 without one. */
  since: bigint
  /** The first round in which the member counts again. */
  until: bigint
}

/** floor(256 · log2(5/2)) */
export const REJECTED_GAIN = 338
/** floor(256 · log2(5/8)) */
export const ACCEPTED_GAIN = -174
/** ceil(256 · log2(1000)) */
export const QUARANTINE_AT = 2552
/** 1/16: three more rejections than a member without a past may afford. */
export const CREDIT = -1024
/** Rounds of a first quarantine; each that follows within memory is twice as long, up to `MOST_DOUBLINGS` times. */
export const QUARANTINE_ROUNDS = 16n
export const MOST_DOUBLINGS = 6
/** Rounds after which a quarantine is forgotten. */
export const QUARANTINE_MEMORY = 128n

/** Of new stake. */
export const NO_EVIDENCE: Evidence = { wealth: 0, quarantines: 0, since: 0n, until: 0n }

/** Reads `extra`: 8 zero bytes, i32 wealth, u32 quarantines, u64 since, u64 until. */
export function evidenceOf(extra: Hash): Evidence {
  const view = new DataView(fromHex(extra).buffer)
  return {
    wealth: view.getInt32(8),
    quarantines: view.getUint32(12),
    since: view.getBigUint64(16),
    until: view.getBigUint64(24),
  }
}

export function encodeEvidence({ wealth, quarantines, since, until }: Evidence): Hash {
  const view = new DataView(new ArrayBuffer(32))
  view.setInt32(8, wealth)
  view.setUint32(12, quarantines)
  view.setBigUint64(16, since)
  view.setBigUint64(24, until)
  return toHex(new Uint8Array(view.buffer))
}

/**
 * Whether a member's row of this round is refused for what earlier rounds showed.
 *
 * @param leaf the member's in the ledger before the round; undefined when it was never written
 */
export function isQuarantined(leaf: Pick<LedgerLeaf, 'extra'> | undefined, round: bigint): boolean {
  return leaf !== undefined && round < evidenceOf(leaf.extra).until
}

/**
 * The evidence after a round in which the member's row was scored.
 *
 * @example leaf.extra = encodeEvidence(nextEvidence(evidenceOf(leaf.extra), verdict === Verdict.rejected, round))
 */
export function nextEvidence(known: Evidence, rejected: boolean, round: bigint): Evidence {
  const wealth = Math.max(CREDIT, known.wealth + (rejected ? REJECTED_GAIN : ACCEPTED_GAIN))
  if (wealth < QUARANTINE_AT) return { ...known, wealth }
  const again = known.quarantines > 0 && round < known.until + QUARANTINE_MEMORY
  const quarantines = again ? Math.min(known.quarantines + 1, 2 ** 32 - 1) : 1
  const rounds = QUARANTINE_ROUNDS << BigInt(Math.min(quarantines - 1, MOST_DOUBLINGS))
  return { wealth: 0, quarantines, since: round, until: round + 1n + rounds }
}
