import type { Logger } from '../../core/index.ts'
import type { ComputedClaim } from '../../replay/index.ts'
import type { ClaimReports } from '../claims/claim-reports.ts'
import type { Dispute } from './dispute.ts'
import { memberFraud } from './member-fraud.ts'
import type { KnownOfRound } from './member-fraud.ts'
import type { Watcher } from './watcher.ts'

/**
 * Hands what replays come to over to a watcher.
 *
 * @param known what the node knows of the round of a claim
 */
export function claimWatch(
  watcher: Pick<Watcher, 'dispute'>,
  known: (posted: Dispute, computed: ComputedClaim) => Promise<KnownOfRound>,
  logger: Logger,
): ClaimReports {
  return {
    matched(posted, computed) {
      const { parts } = computed
      void (async () => {
        const proof = await memberFraud(parts, await known(posted, computed))
        if (proof) watcher.dispute({ ...posted, proof })
      })().catch((error: unknown) => logger.warn({ round: posted.round, error: String(error) }, 'members rows not checked'))
    },
    mismatched: (posted) => watcher.dispute(posted),
    unavailable: (posted) => watcher.dispute(posted),
  }
}
