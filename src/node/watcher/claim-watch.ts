import type { Logger } from '../../core/index.ts'
import { membersFraud } from '../../judge/index.ts'
import type { KnownRound } from '../../judge/index.ts'
import type { ComputedClaim } from '../../replay/index.ts'
import type { ClaimReports } from '../claims/claim-reports.ts'
import type { Dispute } from './dispute.ts'
import type { Watcher } from './watcher.ts'

/**
 * Hands what replays come to over to a watcher.
 *
 * @param known what the node knows of the round of a claim
 */
export function claimWatch(
  watcher: Pick<Watcher, 'dispute'>,
  known: (posted: Dispute, computed: ComputedClaim) => Promise<KnownRound>,
  logger: Logger,
): ClaimReports {
  return {
    matched(posted, computed) {
      const { parts } = computed
      void (async () => {
        const proof = await membersFraud(parts, await known(posted, computed), parts)
        if (proof) watcher.dispute({ ...posted, proof })
      })().catch((error: unknown) => logger.warn({ round: posted.round, error: String(error) }, 'members rows not checked'))
    },
    mismatched: (posted) => watcher.dispute(posted),
    unavailable: (posted) => watcher.dispute(posted),
  }
}
