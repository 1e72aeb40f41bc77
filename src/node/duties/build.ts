import { recordOf } from '../../protocol/index.ts'
import { keepClaim } from '../claims/keep-claim.ts'
import { computeFromRecord } from '../claims/replay-claim.ts'
import { claimEvent } from '../events/index.ts'
import type { NodeEvents } from '../events/index.ts'
import type { ReplayPorts } from '../ports.ts'
import type { DutyHandlers } from './duty.ts'

/** Aggregates the round and stores its evidence, so that peers can fetch it the moment the claim is posted. */
export function build(ports: ReplayPorts, events: Pick<NodeEvents, 'emit'>): DutyHandlers<'build'> {
  return {
    async build(_effect, state, signal) {
      const { sealed, plan } = state
      if (!sealed) return []
      const { round, base } = plan
      const parent = await ports.stores.states.waitFor(base, signal)
      const computed = await computeFromRecord(ports, recordOf(ports.task.domain, state), parent, signal)
      await keepClaim(ports, round, computed)
      const { claim, claimHash, rows } = computed
      ports.logger.info({ round, claimHash, rows: rows.length }, 'claim built')
      events.emit(claimEvent('built', round, computed))
      return [{ type: 'built', openedAt: plan.openedAt, over: sealed.digest, claimHash, claim }]
    },
  }
}
