import type { LedgerEvent } from './ledger-event.ts'

export type PostedEvent = Extract<LedgerEvent, { type: 'posted' }>

/**
 * The claims that stand after a history, by round: those posted and not dropped since. A rejection or a void drops its round's claim and every
 * later one.
 *
 * @param events in chain order, of one task
 */
export function standingClaims(events: readonly LedgerEvent[]): PostedEvent[] {
  let standing: PostedEvent[] = []
  for (const event of events) {
    if (event.type === 'posted') standing.push(event)
    if (event.type === 'rejected' || event.type === 'voided') standing = standing.filter(({ round }) => round < event.round)
  }
  return standing
}
