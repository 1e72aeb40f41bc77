import type { Logger } from '../../core/index.ts'
import type { ComputedClaim } from '../../replay/index.ts'
import type { Dispute } from './dispute.ts'
import { memberFraud } from './member-fraud.ts'
import type { KnownOfRound } from './member-fraud.ts'
import type { Watcher } from './watcher.ts'

/** Where replays report. None of the calls waits or throws. */
export interface ClaimWatch {
  /** The claim is what its record gives; the record may still leave somebody out. */
  replayed(posted: Dispute, computed: ComputedClaim): void
  /** The claim is not what its evidence gives. */
  mismatched(posted: Dispute): void
  /** Nobody serves the evidence now. */
  unavailable(posted: Dispute): void
}

/**
 * Hands what replays come to over to a watcher.
 *
 * @param known what the node knows of the round of a claim
 */
export function claimWatch(
  watcher: Pick<Watcher, 'dispute'>,
  known: (posted: Dispute, computed: ComputedClaim) => Promise<KnownOfRound>,
  logger: Logger,
): ClaimWatch {
  return {
    replayed(posted, computed) {
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
