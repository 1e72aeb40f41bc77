import type { Logger } from '../../core/index.ts'
import type { Address } from '../../protocol/index.ts'
import { quarantineNotice } from '../../replay/index.ts'
import type { ClaimReports } from '../claims/claim-reports.ts'
import { claimEvent } from './claim-event.ts'
import type { NodeEvents } from './events.ts'

/** Tells what replays come to as events, and this member that a claim quarantined it. */
export function tellClaims({
  events,
  self,
  logger,
}: {
  events: Pick<NodeEvents, 'emit'>
  self: Address
  logger: Logger
}): ClaimReports {
  return {
    matched({ round }, computed) {
      events.emit(claimEvent('replayed', round, computed))
      const quarantine = quarantineNotice(computed.state.ledger, round, self)
      if (!quarantine) return
      const { notice, ...facts } = quarantine
      logger.warn({ round, ...facts }, notice)
      events.emit({ event: 'quarantined', round, ...facts, notice })
    },
    mismatched({ round, claimHash }, reason) {
      events.emit({ event: 'mismatch', round, claimHash, reason })
    },
    unavailable() {
      // The dispute says it once, and the replay is tried again.
    },
  }
}
