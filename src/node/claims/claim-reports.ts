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

/** Reports to several. */
export function reportToAll(reports: readonly ClaimReports[]): ClaimReports {
  return {
    matched: (posted, computed) => reports.forEach((one) => one.matched(posted, computed)),
    mismatched: (posted, reason) => reports.forEach((one) => one.mismatched(posted, reason)),
    unavailable: (posted) => reports.forEach((one) => one.unavailable(posted)),
  }
}
