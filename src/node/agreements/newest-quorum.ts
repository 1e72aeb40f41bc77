import type { Address, Hex, RoundState } from '../../protocol/index.ts'
import type { PostedRound } from '../../replay/index.ts'
import type { Agreements } from './agreements.ts'

/** A claim that a quorum agrees to, and the agreements as the ledger takes them. */
export interface QuorateClaim extends Pick<PostedRound, 'round' | 'claimHash'> {
  agreements: { member: Address; signature: Hex }[]
}

/** The newest open claim with a quorum: it, and every claim before it, can be made final at once. */
export function newestQuorum(agreements: Pick<Agreements, 'of' | 'newestQuorate'>): QuorateClaim | undefined {
  const claim = agreements.newestQuorate()
  if (!claim) return undefined
  const { round, claimHash } = claim
  return { round, claimHash, agreements: [...agreements.of(claimHash)].map(([member, signature]) => ({ member, signature })) }
}

/**
 * The quorum by which this node makes a claim final, and every claim before the quorum's own. None while the node itself has found one of them to be false, whatever a quorum
 * says.
 *
 * @param states rounds that the node runs, or that may be disputed
 */
export function quorumToSettle(
  agreements: Pick<Agreements, 'of' | 'newestQuorate'>,
  states: readonly Pick<RoundState, 'plan' | 'replay'>[],
  round: bigint,
): QuorateClaim | undefined {
  const quorum = newestQuorum(agreements)
  if (!quorum || quorum.round < round) return undefined
  const isDoubted = states.some(({ plan, replay }) => plan.round <= quorum.round && replay?.match === false)
  return isDoubted ? undefined : quorum
}
