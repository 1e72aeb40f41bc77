import { isQuorateError, systemClock } from '../core/index.ts'
import type { ClaimHistory, ComputedClaim, ModelState, PostedRound } from '../replay/index.ts'
import { replayClaim, UNAVAILABLE } from './replay-claim.ts'
import type { RoundContext } from './round-context.ts'

export interface CatchUpOptions {
  context: RoundContext
  history: ClaimHistory
  genesis: ModelState
  onComputed?: (round: bigint, computed: ComputedClaim) => void
  /** Whether a claim can no longer be rejected. */
  isFinal: (round: bigint, signal: AbortSignal) => Promise<boolean>
}

/** Pause before evidence that nobody could serve is asked for again, ms. */
const PAUSE = 1000

/**
 * Brings a node from its last known state to the newest claim by replaying what it missed, from its own evidence or its peers'. A node that was away, and one that joins
 * late, come to the model this way, so neither has to believe anyone.
 *
 * A claim that can still be rejected is not waited for: when it is false or nobody serves its evidence, it is left to the watcher and catching up ends before it.
 *
 * @returns the state reached, and whether it is that of the newest claim
 * @throws QuorateError CLAIM_MISMATCH when a final claim is false, CANCELLED
 */
export async function catchUp(
  { context, history, genesis, onComputed, isFinal }: CatchUpOptions,
  signal: AbortSignal,
): Promise<{ state: ModelState; complete: boolean }> {
  const claims = history.claims()
  let start = claims.findLastIndex(({ claimHash }) => context.states.get(claimHash))
  let state = start < 0 ? genesis : context.states.get(claims[start]!.claimHash)!
  for (start += 1; start < claims.length; start++) {
    const computed = await replayPatiently(context, claims[start]!, state, isFinal, signal)
    if (!computed) return { state, complete: false }
    onComputed?.(claims[start]!.round, computed)
    context.logger.info({ round: claims[start]!.round, of: claims.at(-1)!.round }, 'caught up')
    state = computed.state
  }
  return { state, complete: true }
}

async function replayPatiently(
  context: RoundContext,
  posted: PostedRound,
  base: ModelState,
  isFinal: CatchUpOptions['isFinal'],
  signal: AbortSignal,
): Promise<ComputedClaim | undefined> {
  for (;;) {
    try {
      return await replayClaim(context, posted.round, posted, base, signal)
    } catch (error) {
      if (!isQuorateError(error)) throw error
      const missing = UNAVAILABLE.includes(error.code)
      if (!missing && error.code !== 'CLAIM_MISMATCH') throw error
      if (!(await isFinal(posted.round, signal))) {
        context.logger.warn({ round: posted.round, code: error.code }, error.message)
        context.watch?.[missing ? 'unavailable' : 'mismatched'](posted)
        return undefined
      }
      if (!missing) throw error
      context.logger.warn({ round: posted.round, code: error.code }, 'no peer serves this evidence yet')
      await systemClock.sleep(PAUSE, signal)
    }
  }
}
