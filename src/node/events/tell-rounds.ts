import type { RoundState } from '../../protocol/index.ts'
import type { Agreements } from '../agreements/index.ts'
import type { Rounds } from '../rounds/rounds.ts'
import type { EventOf } from './catalogue.ts'
import type { NodeEvents } from './events.ts'
import { roundEvent } from './round-event.ts'

/** Rounds of which is kept what was told last. */
const KEPT = 64

export interface TellRoundsNeeds {
  events: Pick<NodeEvents, 'emit'>
  rounds: Pick<Rounds, 'state' | 'onChange'>
  agreements: Pick<Agreements, 'count' | 'onChange'>
}

/** Tells of a round when what the event says of it changed. Each block gives every round its time, and most blocks change nothing else. */
export function tellRounds({ events, rounds, agreements }: TellRoundsNeeds): void {
  const told = new Map<bigint, EventOf<'round'>>()
  const tell = (state: RoundState): void => {
    const event = roundEvent(state, agreements.count(state.plan.round))
    const before = told.get(event.round)
    if (before && isSame(before, event)) return
    told.delete(event.round)
    told.set(event.round, event)
    if (told.size > KEPT) told.delete(told.keys().next().value!)
    events.emit(event)
  }
  rounds.onChange(tell)
  agreements.onChange((round) => {
    const state = rounds.state(round)
    if (state) tell(state)
  })
}

function isSame(one: EventOf<'round'>, other: EventOf<'round'>): boolean {
  return (Object.keys(other) as (keyof EventOf<'round'>)[]).every((field) => one[field] === other[field])
}
