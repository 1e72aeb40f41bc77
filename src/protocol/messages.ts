import { definitionOf, GOSSIP } from './statements/registry.ts'
import type { ConflictKind, Message, MessageKind } from './statements/registry.ts'
import type { EventWorld, SignedStatement } from './statements/definition.ts'
import type { RoundEvent } from './round/events.ts'
import type { RoundState } from './round/state.ts'
import type { Address } from './types.ts'

export type { Message, MessageKind }

/** The address a message speaks for: a member, or the operator for seal and claim. */
export function authorOf(message: Message): Address {
  return definitionOf(message).author(message)
}

/** The event that an accepted message is for its round; undefined for a claim notice, because claims come from the chain. */
export function eventOf(message: Message, world: EventWorld): RoundEvent | undefined {
  return definitionOf(message).event(message, world)
}

/** Everything valid that this node knows of a round, for a peer that missed it. */
export function messagesOf(state: RoundState): Message[] {
  return Object.values(GOSSIP).flatMap((definition): Message[] => definition.known(state))
}

/** Two statements of one signer for one round, of which an honest node signs one. */
export interface Conflict {
  kind: ConflictKind
  round: bigint
  /** Owner address. */
  signer: Address
  first: SignedStatement
  second: SignedStatement
}

/** The statement in `state` that `message` contradicts. Pure; signatures are not looked at. */
export function conflictOf(state: RoundState, message: Message): Conflict | undefined {
  const found = definitionOf(message).conflict?.between(message, state)
  // Only kinds with a conflict rule get here.
  return found && { kind: message.kind as ConflictKind, round: message.round, signer: authorOf(message), ...found }
}
