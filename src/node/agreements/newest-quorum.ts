import type { Address, Hex } from '../../protocol/index.ts'
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
