import type { ClaimReports } from '../claims/claim-reports.ts'
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
      const outcome = await replayClaim(ports, round, posted, base, signal, state)
      if (outcome.kind === 'missing') {
        // The duty is tried again: the evidence may still come.
        reports.unavailable({ round, ...posted })
        throw outcome.error
      }
      if (outcome.kind === 'false') {
        const { code, details, message } = outcome.error
        logger.error({ round, claimHash, code, ...details }, message)
        metrics.count('claims_mismatched_total')
        reports.mismatched({ round, ...posted }, message)
        return [{ type: 'replayed', claimHash, match: false }]
      }
      logger.info({ round, claimHash, modelRoot: outcome.value.claim.modelRoot }, 'claim replayed: it matches')
      reports.matched({ round, ...posted }, outcome.value)
      return [{ type: 'replayed', claimHash, match: true }]
    },
  }
}
