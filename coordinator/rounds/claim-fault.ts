import type { ClaimParts } from '../../src/judge/index.ts'
import type { RoundRecord, SealedCommitment, SigningDomain } from '../../src/protocol/index.ts'
import type { RoundContext } from '../../src/node/index.ts'

/**
 * A lie that an operator tells in one round, for drills and tests: each part says what it tells instead of the truth it is given. It reaches a coordinator
 * only through the options of `startCoordinator`; no configuration and no option of the ordinary program makes one.
 *
 * Absent parts are told truly.
 */
export interface ClaimFault {
  /** The round of the lie; every other is honest. */
  round: bigint
  /** Rows sealed, of those an honest operator would seal. */
  seal?(rows: readonly SealedCommitment[]): SealedCommitment[]
  /** Rows of a second seal, signed and published just before the claim is posted. */
  secondSeal?(rows: readonly SealedCommitment[]): SealedCommitment[]
  /** What is told of the statements of the round; the claim is computed over it. */
  record?(record: RoundRecord, signer: { domain: SigningDomain; account: RoundContext['account'] }): Promise<RoundRecord>
  /** What is posted, opened: every root is taken over it. */
  claim?(parts: ClaimParts): ClaimParts
  /** Serves neither evidence nor opening. */
  withhold?: boolean
}

/** The fault, if it is for this round. */
export function faultOf(fault: ClaimFault | undefined, round: bigint): ClaimFault | undefined {
  return fault?.round === round ? fault : undefined
}
