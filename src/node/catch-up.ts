import { isQuorateError, systemClock } from '../core/index.ts'
import type { ClaimHistory, PostedRound } from './claim-history.ts'
import type { ComputedClaim } from './compute-claim.ts'
import type { ModelState } from './model-state.ts'
import { replayClaim } from './replay-claim.ts'
import type { RoundContext } from './round-context.ts'

export interface CatchUpOptions {
  context: RoundContext
  history: ClaimHistory
  genesis: ModelState
  onComputed?: (round: bigint, computed: ComputedClaim) => void
}

/** Pause before evidence that nobody could serve is asked for again, ms. */
const PAUSE = 1000

/**
 * Brings a node from its last known state to the newest claim by replaying what it missed, from its own evidence or its peers'. A node that was away, and one that joins
 * late, come to the model this way, so neither has to believe anyone.
 *
 * @throws QuorateError CLAIM_MISMATCH when a posted claim is false, CANCELLED
 */
export async function catchUp(
  { context, history, genesis, onComputed }: CatchUpOptions,
  signal: AbortSignal,
): Promise<ModelState> {
  const claims = history.claims()
  let start = claims.findLastIndex(({ claimHash }) => context.states.get(claimHash))
  let state = start < 0 ? genesis : context.states.get(claims[start]!.claimHash)!
  for (start += 1; start < claims.length; start++) {
    const computed = await replayPatiently(context, claims[start]!, state, signal)
    onComputed?.(claims[start]!.round, computed)
    context.logger.info({ round: claims[start]!.round, of: claims.at(-1)!.round }, 'caught up')
    state = computed.state
  }
  return state
}

async function replayPatiently(
  context: RoundContext,
  posted: PostedRound,
  base: ModelState,
  signal: AbortSignal,
): Promise<ComputedClaim> {
  for (;;) {
    try {
      return await replayClaim(context, posted.round, posted, base, signal)
    } catch (error) {
      if (!isQuorateError(error, 'BLOB_NOT_FOUND') && !isQuorateError(error, 'PEER_UNREACHABLE')) throw error
      context.logger.warn({ round: posted.round, code: error.code }, 'no peer serves this evidence yet')
      await systemClock.sleep(PAUSE, signal)
    }
  }
}
