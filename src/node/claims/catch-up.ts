import { isQuorateError, systemClock } from '../../core/index.ts'
import type { ClaimHistory, ComputedClaim, ModelState, PostedRound } from '../../replay/index.ts'
import type { ReplayPorts } from '../ports.ts'
import type { ClaimReports } from './claim-reports.ts'
import { UNAVAILABLE } from './obtain-record.ts'
import { replayClaim } from './replay-claim.ts'

export interface CatchUpOptions {
  ports: ReplayPorts
  history: Pick<ClaimHistory, 'claims'>
  genesis: ModelState
  reports: ClaimReports
  /** Whether a claim can no longer be rejected. */
  isFinal: (round: bigint, signal: AbortSignal) => Promise<boolean>
  /** Pause before evidence of a final claim that nobody could serve is asked for again, ms; default 1000. */
  pauseMs?: number
}

/**
 * Brings a node from its last known state to the newest claim. Replays the missed claims from its own evidence or from
 * its peers. A node that was away, and one that joins late, come to the model this way, so neither has to believe
 * anyone.
 *
 * It does not wait for a claim that can still be rejected: if the claim is false or no peer serves its evidence, it
 * reports the claim and ends before it.
 *
 * @returns whether the state reached is that of the newest claim
 * @throws QuorateError CLAIM_MISMATCH when a final claim is false, CANCELLED
 */
export async function catchUp(options: CatchUpOptions, signal: AbortSignal): Promise<{ complete: boolean }> {
  const { ports, history, genesis, reports } = options
  const { states } = ports.stores
  const claims = history.claims()
  const start = claims.findLastIndex(({ claimHash }) => states.head(claimHash))
  let state = start < 0 ? genesis : await states.load(claims[start]!.claimHash)
  // Its files were changed on disk: the store has forgotten it, and the next run begins further back.
  if (!state) return { complete: false }
  for (const posted of claims.slice(start + 1)) {
    const computed = await replayPatiently(options, posted, state, signal)
    if (!computed) return { complete: false }
    reports.matched(posted, computed)
    ports.logger.info({ round: posted.round, of: claims.at(-1)!.round }, 'caught up')
    state = computed.state
  }
  return { complete: true }
}

async function replayPatiently(
  { ports, reports, isFinal, pauseMs = 1000 }: CatchUpOptions,
  posted: PostedRound,
  base: ModelState,
  signal: AbortSignal,
): Promise<ComputedClaim | undefined> {
  const { logger } = ports
  const { round } = posted
  for (;;) {
    try {
      return await replayClaim(ports, round, posted, base, signal)
    } catch (error) {
      if (!isQuorateError(error)) throw error
      const missing = UNAVAILABLE.includes(error.code)
      if (!missing && error.code !== 'CLAIM_MISMATCH') throw error
      if (!(await isFinal(round, signal))) {
        logger.warn({ round, code: error.code }, error.message)
        if (missing) reports.unavailable(posted)
        else reports.mismatched(posted, error.message)
        return undefined
      }
      if (!missing) throw error
      logger.warn({ round, code: error.code }, 'no peer serves this evidence yet')
      await systemClock.sleep(pauseMs, signal)
    }
  }
}
