import { readRound } from '../../chain/index.ts'
import type { Chain, Contracts } from '../../chain/index.ts'
import type { PostedRound } from '../../replay/index.ts'

/** Whether a claim can no longer be rejected. Errors as `readRound`. */
export type IsFinalClaim = (posted: Pick<PostedRound, 'round' | 'claimHash'>, signal: AbortSignal) => Promise<boolean>

/**
 * Asks the chain about the claim and not about its round: the outcome of a round is final, too, when its claim was rejected a moment ago and
 * this node has not heard of that yet.
 */
export function finalClaims(chain: Chain, { ledger, task }: { ledger: Contracts['ledger']; task: bigint }): IsFinalClaim {
  return async ({ round, claimHash }, signal) => {
    const found = await readRound(chain, { ledger, task, round, signal })
    return found.status === 'pruned' || (found.status === 'final' && found.claimHash === claimHash)
  }
}
