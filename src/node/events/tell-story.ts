import type { Output } from '../../console/index.ts'
import { plural } from '../../core/index.ts'
import { sameAddress } from '../../protocol/index.ts'
import type { Address } from '../../protocol/index.ts'
import type { EventOf, NodeEvent } from './catalogue.ts'
import type { NodeEvents } from './events.ts'
import { describePart } from './tell-draw.ts'

/**
 * One line about an event for a run without `--json`; undefined for events that are details.
 *
 * @param member owner address of the member that the node commits for; absent for other nodes
 */
export function storyOf(event: NodeEvent, member?: Address): string | undefined {
  switch (event.event) {
    case 'waiting':
      return event.reason
    case 'started':
      return event.backend === undefined
        ? undefined
        : `training with ${event.backend}${event.backendDetail === undefined ? '' : `: ${event.backendDetail}`}`
    case 'drawn':
      return event.part && `round ${event.round}: ${describePart(event.part, event)}`
    case 'privacySpent': {
      const left = event.roundsLeft === undefined ? '' : `, ${plural(event.roundsLeft, 'round')} left`
      return `round ${event.round}: privacy: ε = ${event.spent.toFixed(3)} of ${event.epsilon} spent${left}`
    }
    case 'trainingSkipped':
      return `round ${event.round}: NO UPDATE FROM THIS MEMBER: ${event.reason}`
    case 'posted':
      return `round ${event.round}: posted`
    case 'replayed': {
      const counts = event.rows.some((row) => member && sameAddress(row.member, member) && row.weight > 0)
      return `round ${event.round}: the claim matches its replay${counts ? "; this member's update counts" : ''}`
    }
    case 'mismatch':
      return `round ${event.round}: THE CLAIM IS FALSE: ${event.reason}`
    case 'notCounted':
      return `round ${event.round}: this member's update did not count: ${event.reason}`
    case 'emptyRound':
      return `round ${event.round}: NO UPDATE COUNTED: ${event.reason}`
    case 'voided':
      return `round ${event.round}: void, because no operator posted in time`
    case 'evaluated':
      return `round ${event.round}: ${qualityOf(event)}`
    default:
      return undefined
  }
}

function qualityOf({ accuracy, loss, samples, metrics = {} }: Omit<EventOf<'evaluated'>, 'event' | 'round'>): string {
  const others = Object.entries({ loss, ...metrics })
    .filter(([name]) => name !== 'accuracy')
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join(', ')
  if (accuracy === undefined) return `${others} over ${samples} test samples`
  return `${(100 * accuracy).toFixed(2)} % of the ${samples} test samples classified correctly (${others})`
}

/** Tells what a node does as lines of the story on stderr. */
export function tellStory(events: Pick<NodeEvents, 'onAny'>, output: Pick<Output, 'story'>): void {
  let member: Address | undefined
  events.onAny((event) => {
    if (event.event === 'started' && event.duties.includes('commit')) member = event.account
    const line = storyOf(event, member)
    if (line !== undefined) output.story(line)
  })
}
