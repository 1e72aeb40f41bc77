import type { StandingScore } from '../../chain/index.ts'

export interface WorthWriting {
  standing: StandingScore
  /** Seconds after which a score is stale. */
  maxAge: number
  /** What the next score would be. */
  median: bigint
  /** Smallest difference that is written before the score ages. */
  leastChange: bigint
  /** Unix second. */
  now: bigint
}

/** Whether a score is worth its gas: the first one, one that differs enough, and one that replaces a score past half of its life. */
export function isWorthWriting({ standing, maxAge, median, leastChange, now }: WorthWriting): boolean {
  if (standing.nonce === 0n) return true
  const change = median > standing.value ? median - standing.value : standing.value - median
  return change >= leastChange || 2n * (now - standing.time) >= BigInt(maxAge)
}

/** The score of the contract: the middle one, or the lower of the two in the middle. */
export function medianOf(scores: readonly [bigint, ...bigint[]]): bigint {
  const sorted = scores.toSorted((a, b) => (a < b ? -1 : Number(a > b)))
  return sorted[Math.floor((sorted.length - 1) / 2)]!
}
