import type { Logger } from '../../core/index.ts'
import { leftOut } from '../../protocol/index.ts'
import type { RoundState } from '../../protocol/index.ts'
import type { NodeEvents } from './events.ts'

/** Says of each sealed list, once for each set of members, whom it leaves out. @returns takes the states of rounds */
export function tellRefusals({
  events,
  logger,
}: {
  events: Pick<NodeEvents, 'emit'>
  logger: Pick<Logger, 'warn'>
}): (state: RoundState) => void {
  let last = ''
  return (state) => {
    const members = leftOut(state)
    if (members.length === 0) return
    const { round } = state.plan
    const about = [round, state.seal?.commitments, ...members].join(' ')
    if (about === last) return
    last = about
    const code = 'RECEIPT_LEFT_OUT'
    logger.warn({ round, code, members }, 'the sealed list leaves out members that must have a row: this node refuses it')
    events.emit({ event: 'refused', round, code, members })
  }
}
