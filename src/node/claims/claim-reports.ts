import type { Hash } from '../../protocol/index.ts'
import type { ComputedClaim, PostedRound } from '../../replay/index.ts'

export type PostedClaim = Pick<PostedRound, 'round' | 'claimHash' | 'claim' | 'operator'>

/** Receives the results of replays. None of the calls waits or throws. */
export interface ClaimReports {
  /** The claim is what its record gives; the record may still leave somebody out. */
  matched(posted: PostedClaim, computed: ComputedClaim): void
  /** The claim is not what its evidence gives. */
  mismatched(posted: PostedClaim, reason: string): void
  /** Nobody serves the evidence now. */
  unavailable(posted: PostedClaim): void
}

/** Tries that fail before evidence counts as missing: a peer may be slow or restart. */
const TRIES = 3
/** Claims whose tries are counted: as many as can be disputed at once. */
const KEEP = 64

/**
 * Reports that evidence is missing when the third try of a claim failed, and then after twice as many tries each time: a dispute that ended
 * meanwhile is not begun anew by every try.
 */
export function patientReports(reports: ClaimReports): ClaimReports {
  const failed = new Map<Hash, number>()
  const settled = ({ claimHash }: PostedClaim): void => void failed.delete(claimHash)
  return {
    matched(posted, computed) {
      settled(posted)
      reports.matched(posted, computed)
    },
    mismatched(posted, reason) {
      settled(posted)
      reports.mismatched(posted, reason)
    },
    unavailable(posted) {
      const tries = (failed.get(posted.claimHash) ?? 0) + 1
      failed.delete(posted.claimHash)
      failed.set(posted.claimHash, tries)
      for (const old of [...failed.keys()].slice(0, -KEEP)) failed.delete(old)
      if (Number.isInteger(Math.log2(tries / TRIES))) reports.unavailable(posted)
    },
  }
}

/** Reports to several. */
export function reportToAll(reports: readonly ClaimReports[]): ClaimReports {
  return {
    matched: (posted, computed) => reports.forEach((one) => one.matched(posted, computed)),
    mismatched: (posted, reason) => reports.forEach((one) => one.mismatched(posted, reason)),
    unavailable: (posted) => reports.forEach((one) => one.unavailable(posted)),
  }
}
