import { secondsLeft, systemClock } from '../../core/index.ts'
import type { RoundState } from '../../protocol/index.ts'
import type { ClaimHistory, ComputedClaim, ModelState, PostedRound } from '../../replay/index.ts'
import type { IsFinalClaim } from '../chain/final-claim.ts'
import type { ReplayPorts } from '../ports.ts'
import type { ClaimReports } from './claim-reports.ts'
import { replayClaim } from './replay-claim.ts'

export interface CatchUpOptions {
  ports: ReplayPorts
  history: Pick<ClaimHistory, 'claims'>
  genesis: ModelState
  reports: ClaimReports
  isFinal: IsFinalClaim
  /** Makes the history whole, and keeps it so until what it resolves with is disposed of. Without it the history never forgets. */
  recall?: (signal: AbortSignal) => Promise<Disposable>
  /** A round as this node lived through it. */
  roundState?: (round: bigint) => RoundState | undefined
  /** Whether nobody was told yet that this claim cannot be checked, or why; default always. */
  isNews?: (posted: PostedRound, reason: string) => boolean
  /** Pause before evidence of a final claim that nobody could serve is asked for again, ms; default 1000. It doubles each time. */
  pauseMs?: number
}

/**
 * How often evidence of a final claim is asked for before the run ends. A node that starts must not wait for ever: who has the evidence may have to find this
 * node first, and an operator takes no calls before its first run has ended.
 */
const TRIES = 4

/**
 * Brings a node from its last known state to the newest claim. Replays the missed claims from its own evidence or from
 * its peers. A node that was away, and one that joins late, come to the model this way, so neither has to believe
 * anyone.
 *
 * It does not wait for a claim that can still be rejected: if the claim is false or no peer serves its evidence, it
 * reports the claim and ends before it. It waits a few seconds for the evidence of a final claim, and then ends before that.
 *
 * @returns whether the state reached is that of the newest claim
 * @throws FalseEvidence when a final claim is false; trouble of this node
 */
export async function catchUp(options: CatchUpOptions, signal: AbortSignal): Promise<{ complete: boolean }> {
  const { ports, history, genesis, reports, recall } = options
  const { states } = ports.stores
  const isKnown = ({ claimHash }: PostedRound): boolean => states.head(claimHash) !== undefined
  using _whole = history.claims().some(isKnown) ? undefined : await recall?.(signal)
  const claims = history.claims()
  const start = claims.findLastIndex(isKnown)
  let state = start < 0 ? genesis : await states.load(claims[start]!.claimHash)
  // Its files were changed on disk: the store has forgotten it, and the next run begins further back.
  if (!state) return { complete: false }
  const missed = claims.slice(start + 1)
  const began = performance.now()
  for (const [index, posted] of missed.entries()) {
    const computed = await replayPatiently(options, posted, state, signal)
    if (!computed) return { complete: false }
    reports.matched(posted, computed)
    const elapsed = (performance.now() - began) / 1000
    const left = Math.ceil(secondsLeft({ elapsed, done: index + 1, total: missed.length })!)
    ports.logger.info({ round: posted.round, of: claims.at(-1)!.round, secondsLeft: left }, 'caught up')
    state = computed.state
  }
  return { complete: true }
}

async function replayPatiently(
  { ports, reports, isFinal, roundState, isNews = () => true, pauseMs = 1000 }: CatchUpOptions,
  posted: PostedRound,
  base: ModelState,
  signal: AbortSignal,
): Promise<ComputedClaim | undefined> {
  const { logger } = ports
  const { round } = posted
  for (let tries = 0; ; tries++) {
    const outcome = await replayClaim(ports, round, posted, base, signal, roundState?.(round))
    if (outcome.kind === 'have') return outcome.value
    const { kind, error } = outcome
    if (!(await isFinal(posted, signal))) {
      logger[isNews(posted, error.message) ? 'warn' : 'debug']({ round, code: error.code }, error.message)
      if (kind === 'missing') reports.unavailable(posted)
      else reports.mismatched(posted, error.message)
      return undefined
    }
    if (kind === 'false') {
      reports.mismatched(posted, error.message)
      throw error
    }
    logger[isNews(posted, error.message) ? 'warn' : 'debug'](
      { round, code: error.code },
      `no peer serves the evidence of a final claim yet: ${error.message}`,
    )
    if (tries + 1 === TRIES) return undefined
    await systemClock.sleep(pauseMs * 2 ** tries, signal)
  }
}
