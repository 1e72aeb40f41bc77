import { definitionOf, GOSSIP } from './statements/registry.ts'
import type { Message, MessageKind } from './statements/registry.ts'
import type { RoundEvent } from './round/events.ts'
import type { RoundState } from './round/state.ts'
import type { Address } from './types.ts'

export type { Message, MessageKind }

/** The address a message speaks for: a member, or the operator for the sealed list and the claim. */
export function authorOf(message: Message): Address {
  return definitionOf(message).author(message)
}

/** The event that an accepted message is for its round; undefined for a claim notice, because claims come from the chain. */
export function eventOf(message: Message): RoundEvent | undefined {
  return definitionOf(message).event(message)
}

/** Everything valid that this node knows of a round, for a peer that missed it. */
export function messagesOf(state: RoundState): Message[] {
  return Object.values(GOSSIP).flatMap((definition): Message[] => definition.known(state))
}
