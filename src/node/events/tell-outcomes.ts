import type { Logger, Metrics } from '../../core/index.ts'
import { sameAddress, Verdict } from '../../protocol/index.ts'
import type { Address } from '../../protocol/index.ts'
import { emptyRound, notCounted } from './counted.ts'
import type { NodeEvents } from './events.ts'

export interface OutcomeNeeds {
  events: NodeEvents
  /** Owner address of a member that commits to updates; absent for other nodes. */
  member?: Address
  logger: Logger
  metrics: Metrics
}

/**
 * Reports two outcomes in log, metrics and events: this member's update did not count, with the reason, and a round counted no update at all.
 *
 * @returns a function that ends the subscription
 */
export function tellOutcomes({ events, member, logger, metrics }: OutcomeNeeds): () => void {
  return events.onAny((event) => {
    if (event.event !== 'replayed' && event.event !== 'built') return
    const { round, rows, members } = event
    const empty = emptyRound(event)
    if (empty) {
      logger.error({ round }, `round ${round} counted no update: ${empty.reason}`)
      metrics.count('rounds_empty_total')
      events.emit(empty)
    }
    // A member that was not drawn, or joined later, owed the round nothing.
    const expected = member && members.some((one) => sameAddress(one, member))
    if (expected) {
      const own = rows.find((row) => sameAddress(row.member, member))?.verdict ?? 'unsealed'
      for (const verdict of [...Object.keys(Verdict), 'unsealed'])
        metrics.gauge('update_verdict', verdict === own ? 1 : 0, { verdict })
    }
    const missed = expected && notCounted(round, rows, member)
    if (!missed) return
    logger.warn({ round, verdict: missed.verdict }, `the update of this member did not count: ${missed.reason}`)
    metrics.count('updates_not_counted_total', { verdict: missed.verdict })
    events.emit(missed)
  })
}
