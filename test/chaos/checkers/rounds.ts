import { readCurrentRound } from '../../../src/chain/index.ts'
import type { LedgerEvent } from '../../../src/chain/index.ts'
import type { Checker } from './checker.ts'

/** Every round ends: with a claim, or without one by the rules. Only the last may be open. */
export function rounds(): Checker {
  const rule = 'rounds'
  return {
    rule,
    async end({ history, consortium: { founded } }) {
      const { round: current } = await readCurrentRound(founded.chain, { ledger: founded.contracts.ledger, task: founded.task })
      return openRounds(history.events)
        .filter((round) => round < current)
        .map((round) => ({ rule, key: String(round), text: `round ${round} was opened and never ended` }))
    },
  }
}

/** Rounds without an end. A claim that is dropped takes the open round on top of it along. */
export function openRounds(events: readonly LedgerEvent[]): bigint[] {
  let open: bigint[] = []
  for (const event of events) {
    if (event.type === 'opened') open.push(event.round)
    if (event.type === 'posted' || event.type === 'failed') open = open.filter((round) => round !== event.round)
    if (event.type === 'rejected' || event.type === 'voided') open = open.filter((round) => round < event.round)
  }
  return open
}
