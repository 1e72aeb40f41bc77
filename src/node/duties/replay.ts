import { isQuorateError } from '../../core/index.ts'
import type { ClaimReports } from '../claims/claim-reports.ts'
import { UNAVAILABLE } from '../claims/obtain-record.ts'
import { replayClaim } from '../claims/replay-claim.ts'
import type { ReplayPorts } from '../ports.ts'
import type { DutyHandlers } from './duty.ts'

/** Recomputes every posted claim; only a match leads to an agreement. */
export function replay(ports: ReplayPorts, reports: ClaimReports): DutyHandlers<'replay'> {
  const { stores, logger, metrics } = ports
  return {
    async replay({ claimHash }, state, signal) {
      const { posted, plan } = state
      if (posted?.claimHash !== claimHash) return []
      const { round } = plan
      const base = await stores.states.waitFor(plan.base, signal)
      try {
        const computed = await replayClaim(ports, round, posted, base, signal)
        logger.info({ round, claimHash, modelRoot: computed.claim.modelRoot }, 'claim replayed: it matches')
        reports.matched({ round, ...posted }, computed)
        return [{ type: 'replayed', claimHash, match: true }]
      } catch (error) {
        if (isQuorateError(error) && UNAVAILABLE.includes(error.code)) reports.unavailable({ round, ...posted })
        if (!isQuorateError(error, 'CLAIM_MISMATCH')) throw error
        logger.error({ round, claimHash, code: error.code, ...error.details }, error.message)
        metrics.count('claims_mismatched_total')
        reports.mismatched({ round, ...posted }, error.message)
        return [{ type: 'replayed', claimHash, match: false }]
      }
    },
  }
}
